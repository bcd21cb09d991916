// define_metric() in the transaction log: docs/wandb_file.md, section 2.

#include <array>
#include <protozero/pbf_builder.hpp>
#include <protozero/pbf_message.hpp>

#include "store/json_text.h"
#include "store/metrics.h"
#include "store/wandb_fields.h"
#include "store/wandb_records.h"

namespace sconce::store {
namespace {

using namespace wandb_fields;

struct SummaryField {
  MetricSummary summary;
  protozero::pbf_tag_type field;
};
constexpr std::array<SummaryField, 7> kSummaryFields{{{MetricSummary::Min, 1},
                                                      {MetricSummary::Max, 2},
                                                      {MetricSummary::Mean, 3},
                                                      {MetricSummary::Best, 4},
                                                      {MetricSummary::Last, 5},
                                                      {MetricSummary::None, 6},
                                                      {MetricSummary::First, 8}}};
constexpr std::int32_t kMinimize = 1;
constexpr std::int32_t kMaximize = 2;

template <typename Fields>
using Builder = protozero::pbf_builder<Fields>;

void add_options(Builder<Metric>& fields, const MetricDefinition& metric) {
  Builder<MetricOption> options(fields, Metric::Options);
  if (metric.syncs_steps()) {
    options.add_bool(MetricOption::StepSync, true);
  }
  if (metric.hidden.value_or(false)) {
    options.add_bool(MetricOption::Hidden, true);
  }
  if (!metric.is_expanded) {
    options.add_bool(MetricOption::Defined, true);
  }
}

void add_summary(std::string& message, const MetricDefinition& metric) {
  if (metric.summary.empty()) {
    return;
  }
  protozero::pbf_writer fields(message);
  protozero::pbf_writer summary(fields, static_cast<protozero::pbf_tag_type>(Metric::Summary));
  for (const MetricSummary kind : metric.summary) {
    for (const SummaryField& known : kSummaryFields) {
      if (known.summary == kind) {
        summary.add_bool(known.field, true);
      }
    }
  }
}

std::vector<MetricSummary> read_summary(protozero::data_view view) {
  std::vector<MetricSummary> kinds;
  for (protozero::pbf_reader summary(view); summary.next(); summary.skip()) {
    for (const SummaryField& known : kSummaryFields) {
      if (known.field == summary.tag()) {
        kinds.push_back(known.summary);
      }
    }
  }
  return kinds;
}

void read_options(protozero::data_view view, MetricDefinition& metric) {
  protozero::pbf_message<MetricOption> options(view);
  metric.step_sync = false;
  while (options.next()) {
    switch (options.tag()) {
      case MetricOption::StepSync:
        metric.step_sync = options.get_bool();
        break;
      case MetricOption::Hidden:
        metric.hidden = options.get_bool();
        break;
      default:
        options.skip();
    }
  }
}

}  // namespace

std::string metric_record(const MetricDefinition& metric) {
  std::string message;
  {
    Builder<Metric> fields(message);
    fields.add_string(metric.is_glob() ? Metric::Glob : Metric::Name, valid_utf8(metric.name));
    if (!metric.step_metric.empty()) {
      fields.add_string(Metric::StepMetric, valid_utf8(metric.step_metric));
    }
    add_options(fields, metric);
  }
  add_summary(message, metric);
  {
    Builder<Metric> fields(message);
    if (metric.goal) {
      fields.add_enum(Metric::Goal, *metric.goal == MetricGoal::Maximize ? kMaximize : kMinimize);
    }
    if (metric.is_expanded) {
      Builder<MetricControl>(fields, Metric::Control).add_bool(MetricControl::Overwrite, true);
      fields.add_bool(Metric::IsExpanded, true);
    }
  }
  std::string record;
  Builder<Record>(record).add_message(Record::Metric, message);
  return record;
}

MetricDefinition read_metric(std::string_view message) {
  MetricDefinition metric;
  protozero::pbf_message<Metric> fields(message.data(), message.size());
  while (fields.next()) {
    switch (fields.tag()) {
      case Metric::Name:
      case Metric::Glob:
        metric.name = fields.get_string();
        break;
      case Metric::StepMetric:
        metric.step_metric = fields.get_string();
        break;
      case Metric::Options:
        read_options(fields.get_view(), metric);
        break;
      case Metric::Summary:
        metric.summary = read_summary(fields.get_view());
        break;
      case Metric::Goal:
        metric.goal = fields.get_enum() == kMaximize ? MetricGoal::Maximize : MetricGoal::Minimize;
        break;
      case Metric::IsExpanded:
        metric.is_expanded = fields.get_bool();
        break;
      default:
        fields.skip();
    }
  }
  return metric;
}

}  // namespace sconce::store
