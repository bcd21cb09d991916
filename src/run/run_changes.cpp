// What is said of a run beside its rows. It takes its turn among them.

#include <c10/util/Exception.h>

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <set>
#include <system_error>
#include <utility>

#include "run/row_json.h"
#include "run/run_state.h"
#include "store/json_text.h"
#include "store/layout.h"
#include "store/wandb_records.h"

namespace sconce {
namespace {

namespace fs = std::filesystem;

const char* level_name(AlertLevel level) {
  switch (level) {
    case AlertLevel::Warn:
      return "WARN";
    case AlertLevel::Error:
      return "ERROR";
    default:
      return "INFO";
  }
}

bool climbs(const fs::path& path) {
  for (const fs::path& part : path) {
    if (part == "..") {
      return true;
    }
  }
  return false;
}

/// Where a saved file goes below files/.
fs::path checked_name(const fs::path& file, const fs::path& asked) {
  const bool is_own = asked.empty();
  const bool keeps_folders = file.is_relative() && !climbs(file.lexically_normal());
  const fs::path name = (is_own ? (keeps_folders ? file : file.filename()) : asked).lexically_normal();
  TORCH_CHECK_VALUE(name.is_relative() && name.has_filename() && name != "." && !climbs(name),
                    "save(): expected a name below the run's files, got '", name.string(), "'");
  TORCH_CHECK_VALUE(store::is_utf8(name.string()), "save(): expected a name in UTF-8, got '", name.string(), "'");
  static const std::set<std::string> kOwn{"wandb-summary.json", "wandb-metadata.json", "config.yaml", "output.log",
                                          "media"};
  TORCH_CHECK_VALUE(kOwn.count(name.begin()->string()) == 0, "save(): '", name.string(),
                    "' is a name of the run's own files: give the file another");
  return name;
}

}  // namespace

void RunState::change(std::string what, std::int64_t bytes, PendingChange::Apply apply) {
  PendingRow row;
  row.change = std::make_unique<PendingChange>(PendingChange{std::move(what), std::move(apply)});
  row.bytes = static_cast<std::int64_t>(sizeof(PendingRow) + sizeof(PendingChange)) + bytes;
  within([&] {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (finished_) {
      refuse(row);
    } else {
      submit_if_room(std::move(row));
    }
  });
}

void RunState::configure(const Row& values) {
  enter();
  configure(settings_json(values));
}

void RunState::configure(nlohmann::ordered_json values) {
  const auto bytes =
      static_cast<std::int64_t>(values.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace).size());
  change("a change of the config", bytes,
         [values = std::move(values)](store::RunDirectory& directory, store::Batch& batch) {
           directory.configure(values, batch.records);
         });
}

/// What a run that goes on is started with, as far as it is new.
void RunState::add_to_config(const Row& values) {
  if (!is_resumed_) {
    return;
  }
  const nlohmann::ordered_json all = settings_json(values);
  nlohmann::ordered_json news = nlohmann::ordered_json::object();
  const nlohmann::ordered_json& known = directory_.description().config;
  for (const auto& [key, value] : all.items()) {
    if (known.find(key) == known.end() || known[key] != value) {
      news[key] = value;
    }
  }
  if (!news.empty()) {
    configure(std::move(news));
  }
}

void RunState::define_metric(std::string_view name, const MetricOptions& options) {
  enter();
  TORCH_CHECK_VALUE(!name.empty() && name.find('\0') == std::string_view::npos,
                    "define_metric(): expected a key, or the beginning of keys and '*', got '", std::string(name),
                    "'");
  TORCH_CHECK_VALUE(name.find('*') >= name.size() - 1, "define_metric('", std::string(name),
                    "'): expected a '*' at the end alone");
  store::MetricDefinition metric;
  metric.name = store::valid_utf8(name);
  metric.step_metric = store::valid_utf8(options.step_metric());
  metric.step_sync = options.step_sync();
  metric.hidden = options.hidden();
  metric.summary = options.summary();
  metric.goal = options.goal();
  const auto bytes = static_cast<std::int64_t>(sizeof(metric) + name.size() + options.step_metric().size());
  change(fmt::format("the definition of '{}'", metric.name), bytes,
         [metric = std::move(metric)](store::RunDirectory& directory, store::Batch& batch) {
           directory.define_metric(metric, batch.records);
         });
}

void RunState::save(const fs::path& file, const fs::path& asked) {
  enter();
  std::error_code error;
  TORCH_CHECK_VALUE(fs::is_regular_file(file, error), "save(): expected a file, got '", file.string(), "'",
                    error ? ": " + error.message() : "");
  const std::string name = checked_name(file, asked).generic_string();
  const std::string what = fmt::format("the saved file '{}'", name);
  within([&] {
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      check_open();
    }
    try {
      directory_.save_file(file, name);
    } catch (const fs::filesystem_error& trouble) {  // what the disk did not take nobody can copy later
      reporter_.lost(what, trouble.what());
      return;
    }
  });
  change(what, static_cast<std::int64_t>(name.size()), [name](store::RunDirectory&, store::Batch& batch) {
    batch.records.add(store::file_record(name, store::FileKind::Other, store::FilePolicy::Live));
  });
}

void RunState::alert(std::string_view title, std::string_view text, AlertLevel level,
                     std::chrono::milliseconds wait) {
  enter();
  TORCH_CHECK_VALUE(!title.empty(), "alert(): expected a title, got an empty one");
  TORCH_CHECK_VALUE(wait.count() >= 0, "alert(): expected a wait of at least 0 ms, got ", wait.count());
  std::string record = store::alert_record(title, text, level_name(level), wait.count());
  const auto bytes = static_cast<std::int64_t>(record.size());
  change(fmt::format("the alert '{}'", title), bytes,
         [record = std::move(record)](store::RunDirectory&, store::Batch& batch) { batch.records.add(record); });
}

}  // namespace sconce
