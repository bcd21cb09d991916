#include "store/log_contents.h"

#include <protozero/pbf_message.hpp>
#include <string_view>
#include <utility>

#include "store/history_reader.h"
#include "store/log_reader.h"
#include "store/wandb_fields.h"

namespace sconce::store {
namespace {

using nlohmann::ordered_json;
using namespace wandb_fields;

template <typename Fields>
using Message = protozero::pbf_message<Fields>;

/// JSON in which NaN and infinities may be bare words: they become the strings that the history has.
ordered_json read_json(std::string_view text) {
  if (text == "NaN" || text == "Infinity" || text == "-Infinity") {
    return std::string(text);
  }
  return ordered_json::parse(text, nullptr, false);
}

/// Puts the items of a config's or a summary's update into json, nested keys as objects.
void merge_items(ordered_json& json, protozero::data_view update) {
  for (Message<Update> items(update); items.next(Update::Update);) {
    ordered_json* place = &json;
    for (Message<Item> item = items.get_message(); item.next();) {
      if (item.tag() == Item::ValueJson) {
        const protozero::data_view text = item.get_view();
        *place = read_json({text.data(), text.size()});
      } else {
        if (!place->is_object()) {
          *place = ordered_json::object();
        }
        place = &(*place)[item.get_string()];
      }
    }
  }
}

class LogParser {
 public:
  LogContents read(const std::filesystem::path& log) {
    LogReader reader(log);
    log_.end = {reader.end(), 0};
    while (reader.next()) {
      const protozero::data_view bytes(reader.record().data(), reader.record().size());
      for (Message<Record> record(bytes); record.next();) {
        take(record);
      }
      if (!is_at_end_) {
        log_.end = {reader.end(), log_.end.count + 1};
      }
    }
    const auto labels = config_.find("_wandb");
    if (labels != config_.end()) {
      log_.class_labels = *labels;
      config_.erase("_wandb");
    }
    log_.description.config = std::move(config_);
    return std::move(log_);
  }

 private:
  void take(Message<Record>& record) {
    switch (record.tag()) {
      case Record::Header:
        take_header(record.get_view());
        break;
      case Record::Run:
        take_run(record.get_view());
        break;
      case Record::Config:
        merge_items(config_, record.get_view());
        break;
      case Record::Summary:
        merge_items(log_.summary, record.get_view());
        break;
      case Record::Metric:
        take_metric(record.get_view());
        break;
      case Record::History:
        take_history(record.get_view());
        break;
      case Record::Exit:
        is_at_end_ = log_.is_complete = true;
        record.skip();
        break;
      default:
        record.skip();
    }
  }

  void take_run(protozero::data_view bytes) {
    RunDescription& run = log_.description;
    for (Message<Run> fields(bytes); fields.next();) {
      switch (fields.tag()) {
        case Run::Id:
          run.id = fields.get_string();
          break;
        case Run::Entity:
          run.entity = fields.get_string();
          break;
        case Run::Project:
          run.project = fields.get_string();
          break;
        case Run::Config:
          merge_items(config_, fields.get_view());
          break;
        case Run::Group:
          run.group = fields.get_string();
          break;
        case Run::JobType:
          run.job_type = fields.get_string();
          break;
        case Run::DisplayName:
          run.name = fields.get_string();
          break;
        case Run::Notes:
          run.notes = fields.get_string();
          break;
        case Run::Tags:
          run.tags.push_back(fields.get_string());
          break;
        case Run::StartTime:
          take_start(fields.get_view());
          break;
        default:
          fields.skip();
      }
    }
  }
  void take_start(protozero::data_view bytes) {
    Message<Time> time(bytes);
    if (time.next(Time::Seconds)) {
      log_.description.start = static_cast<std::time_t>(time.get_int64());
    }
  }
  void take_metric(protozero::data_view bytes) {
    MetricDefinition metric = read_metric({bytes.data(), bytes.size()});
    if (!metric.is_expanded) {  // those come again with their keys
      log_.metrics.push_back(std::move(metric));
    }
  }
  void take_header(protozero::data_view bytes) {
    for (Message<Header> fields(bytes); fields.next();) {
      switch (fields.tag()) {
        case Header::HistoryBefore:
          log_.rows_before.bytes = fields.get_int64();
          break;
        case Header::StepBefore:
          log_.rows_before.newest_step = fields.get_int64();
          break;
        default:
          fields.skip();
      }
    }
  }
  /// Late rows are the last ones, when a run ends, and the first ones of a log that follows one that was uploaded
  /// without them.
  void take_history(protozero::data_view bytes) {
    std::int64_t step = 0;
    bool is_late = false;
    for (Message<History> row(bytes); row.next();) {
      if (row.tag() == History::Item) {
        Message<Item> item(row.get_message());
        is_late |= item.next(Item::Key) && item.get_string() == kLateStep;
      } else {
        Message<Number> number(row.get_view());
        step = number.next() ? number.get_int64() : 0;
      }
    }
    is_at_end_ |= is_late && step > log_.rows_before.newest_step;
    if (is_at_end_) {
      log_.newest_late_step = step;
    } else {
      log_.newest_step = step;
    }
  }

  LogContents log_;
  ordered_json config_ = ordered_json::object();
  bool is_at_end_ = false;
};

}  // namespace

LogContents read_log(const std::filesystem::path& log) { return LogParser().read(log); }

}  // namespace sconce::store
