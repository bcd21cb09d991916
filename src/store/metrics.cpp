#include "store/metrics.h"

#include <utility>

namespace sconce::store {
namespace {

bool begins_with(std::string_view text, std::string_view beginning) {
  return text.substr(0, beginning.size()) == beginning;
}

template <typename T>
void keep_unless_empty(T& now, const T& before, bool is_empty) {
  if (is_empty) {
    now = before;
  }
}

}  // namespace

Metrics::Entry& Metrics::put(MetricDefinition metric) {
  const std::string name = metric.name;
  Entry& entry = metrics_[name];
  entry = {std::move(metric), false};
  return entry;
}

void Metrics::define(MetricDefinition metric) {
  const auto known = metrics_.find(metric.name);
  if (known != metrics_.end() && !known->second.definition.is_expanded) {
    const MetricDefinition& before = known->second.definition;
    keep_unless_empty(metric.step_metric, before.step_metric, metric.step_metric.empty());
    keep_unless_empty(metric.step_sync, before.step_sync, !metric.step_sync);
    keep_unless_empty(metric.hidden, before.hidden, !metric.hidden);
    keep_unless_empty(metric.summary, before.summary, metric.summary.empty());
    keep_unless_empty(metric.goal, before.goal, !metric.goal);
  }
  if (!metric.step_metric.empty()) {
    step_values_.try_emplace(metric.step_metric);
    if (metrics_.find(metric.step_metric) == metrics_.end()) {
      MetricDefinition step;
      step.name = metric.step_metric;
      put(std::move(step));
    }
  }
  put(std::move(metric));
}

const MetricDefinition* Metrics::find(std::string_view key) {
  const auto found = metrics_.find(key);
  if (found != metrics_.end()) {
    return &found->second.definition;
  }
  const MetricDefinition* longest = nullptr;
  for (const auto& [name, entry] : metrics_) {
    const bool is_longer = longest == nullptr || name.size() > longest->name.size();
    if (entry.definition.is_glob() && is_longer && begins_with(key, name.substr(0, name.size() - 1))) {
      longest = &entry.definition;
    }
  }
  if (longest == nullptr || key.front() == '_') {  // a row's own keys are nobody's metrics
    return nullptr;
  }
  MetricDefinition own = *longest;
  own.name = key;
  own.is_expanded = true;
  return &put(std::move(own)).definition;
}

std::vector<std::string> Metrics::take_records() {
  std::vector<std::string> records;
  for (auto& [name, entry] : metrics_) {
    if (!std::exchange(entry.is_written, true)) {
      records.push_back(metric_record(entry.definition));
    }
  }
  return records;
}

void Metrics::mark_lost() {
  for (auto& [name, entry] : metrics_) {
    entry.is_written = false;
  }
}

void Metrics::remember_steps(const RowWriter& row) {
  if (step_values_.empty()) {
    return;
  }
  for (const RowWriter::Cell& cell : row.cells()) {
    const auto step = step_values_.find(cell.key);
    if (step != step_values_.end()) {
      step->second = {std::string(row.value(cell)), cell.is_non_finite};
    }
  }
}

void Metrics::complete(RowWriter& row) {
  remember_steps(row);
  if (step_values_.empty()) {
    return;
  }
  std::vector<const std::string*> missing;
  for (const RowWriter::Cell& cell : row.cells()) {
    const MetricDefinition* const metric = find(cell.key);
    if (metric != nullptr && metric->syncs_steps() && !row.has(metric->step_metric)) {
      missing.push_back(&metric->step_metric);
    }
  }
  for (const std::string* const key : missing) {
    const StepValue& value = step_values_.at(*key);
    if (!value.json.empty() && !row.has(*key)) {
      row.key(*key);
      row.copy(value.json, value.is_non_finite);
    }
  }
}

}  // namespace sconce::store
