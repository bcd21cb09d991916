#include "store/restored_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <protozero/pbf_message.hpp>
#include <system_error>
#include <vector>

#include "store/history_reader.h"
#include "store/json_text.h"
#include "store/layout.h"
#include "store/log_reader.h"
#include "store/posix.h"
#include "store/wandb_fields.h"

namespace sconce::store {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;
using namespace wandb_fields;

template <typename Fields>
using Message = protozero::pbf_message<Fields>;

/// run-<id>.wandb in a folder, though it may have been put aside; empty if there is none.
fs::path log_in(const fs::path& directory) {
  constexpr std::string_view kExtension = ".wandb";
  std::error_code ignored;
  for (const fs::directory_entry& entry : fs::directory_iterator(directory, ignored)) {
    const std::string name = entry.path().filename().string();
    const std::size_t end = name.rfind(kExtension);
    if (name.rfind("run-", 0) == 0 && end != std::string::npos) {
      return directory / name.substr(0, end + kExtension.size());
    }
  }
  return {};
}

std::vector<fs::path> marks_of(const fs::path& log) {
  return {fs::path(log) += ".synced", fs::path(log) += ".syncstate"};
}

/// Where the n-th log of a run goes that was uploaded.
fs::path aside(const fs::path& log, int n) { return fs::path(log) += fmt::format(".{}", n); }

int count_aside(const fs::path& log) {
  int n = 0;
  while (fs::exists(aside(log, n + 1))) {
    ++n;
  }
  return n;
}

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

class LogContents {
 public:
  explicit LogContents(RestoredRun& run) : run_(run) {}

  void read(const fs::path& log) {
    LogReader reader(log);
    run_.log_end = {reader.end(), 0};
    while (reader.next()) {
      const protozero::data_view bytes(reader.record().data(), reader.record().size());
      for (Message<Record> record(bytes); record.next();) {
        take(record);
      }
      if (!is_complete_) {
        run_.log_end = {reader.end(), run_.log_end.count + 1};
      }
    }
    const auto labels = config_.find("_wandb");
    if (labels != config_.end()) {
      run_.class_labels = *labels;
      config_.erase("_wandb");
    }
    run_.description.config = std::move(config_);
  }
  bool has_run() const { return !run_.description.id.empty(); }
  const ordered_json& summary() const { return summary_; }

 private:
  void take(Message<Record>& record) {
    switch (record.tag()) {
      case Record::Run:
        take_run(record.get_view());
        break;
      case Record::Config:
        merge_items(config_, record.get_view());
        break;
      case Record::Summary:
        merge_items(summary_, record.get_view());
        break;
      case Record::Metric:
        take_metric(record.get_view());
        break;
      case Record::History:
        take_history(record.get_view());
        break;
      case Record::Exit:
        is_complete_ = true;
        [[fallthrough]];
      default:
        record.skip();
    }
  }

  void take_run(protozero::data_view bytes) {
    RunDescription& run = run_.description;
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
      run_.description.start = static_cast<std::time_t>(time.get_int64());
    }
  }
  void take_metric(protozero::data_view bytes) {
    MetricDefinition metric = read_metric({bytes.data(), bytes.size()});
    if (!metric.is_expanded) {  // those come again with their keys
      run_.summary.define(std::move(metric));
    }
  }
  void take_history(protozero::data_view bytes) {
    Message<History> row(bytes);
    if (row.next(History::Step)) {
      Message<Number> step(row.get_view());
      run_.newest_logged_step = std::max(run_.newest_logged_step, step.next() ? step.get_int64() : 0);
    }
  }

  RestoredRun& run_;
  ordered_json config_ = ordered_json::object();
  ordered_json summary_ = ordered_json::object();
  bool is_complete_ = false;
};

void read_history(RestoredRun& run) {
  HistoryReader rows(run.path / kHistoryFile);
  RowWriter writer;
  while (rows.next()) {
    write_again(writer, rows.row());
    run.summary.update(writer, rows.step());
    run.newest_step = std::max(run.newest_step, rows.step());
    run.runtime = std::max(run.runtime, rows.runtime());
  }
  run.history_size = rows.end();
}

/// What no row has must have been set by hand.
void take_values_set_by_hand(Summary& summary, const ordered_json& values) {
  ordered_json by_hand = ordered_json::object();
  for (const auto& [key, value] : values.items()) {
    if (!summary.has(key) && key != "_wandb") {
      by_hand[key] = value;
    }
  }
  RowWriter writer;
  writer.begin();
  write_cells_again(writer, by_hand);
  summary.set(writer);
}

}  // namespace

std::optional<fs::path> find_run(const fs::path& dir, const fs::path& run) {
  if (fs::is_directory(run) && !log_in(run).empty()) {
    return fs::canonical(run);
  }
  fs::path newest;
  const std::string end = "-" + run.string();
  std::error_code ignored;
  for (const fs::directory_entry& entry : fs::directory_iterator(dir, ignored)) {
    const std::string name = entry.path().filename().string();
    constexpr std::size_t kTime = std::string_view("offline-run-YYYYmmdd_HHMMSS").size();
    if (name.rfind("offline-run-", 0) == 0 && name.size() > kTime && name.substr(kTime) == end &&
        entry.is_directory(ignored) && newest.filename() < entry.path().filename()) {
      newest = entry.path();
    }
  }
  return newest.empty() ? std::nullopt : std::optional(fs::canonical(newest));
}

RestoredRun restore_run(const fs::path& directory) {
  RestoredRun run;
  run.path = directory;
  run.lock = DirectoryLock(directory);
  const fs::path log = log_in(directory);
  run.is_uploaded = fs::exists(marks_of(log).front()) || !fs::exists(log);
  LogContents contents(run);
  try {
    contents.read(fs::exists(log) ? log : aside(log, count_aside(log)));
  } catch (const protozero::exception&) {
    fail("the run cannot go on, its log holds what is no record", log, EINVAL);
  }
  if (!contents.has_run()) {
    fail("the run cannot go on, its log does not say what it is", log, EINVAL);
  }
  run.description.dir = directory.parent_path();
  read_history(run);
  take_values_set_by_hand(run.summary, contents.summary());
  run.summary.mark_lost();
  return run;
}

void put_aside(const fs::path& log) {
  if (fs::exists(log)) {
    fs::rename(log, aside(log, count_aside(log) + 1));
  }
  const fs::path place = aside(log, count_aside(log));
  for (const fs::path& mark : marks_of(log)) {
    std::error_code missing;
    fs::rename(mark, fs::path(place) += mark.extension(), missing);
  }
}

}  // namespace sconce::store
