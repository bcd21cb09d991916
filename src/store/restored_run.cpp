#include "store/restored_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <protozero/exception.hpp>
#include <system_error>
#include <vector>

#include "store/history_reader.h"
#include "store/layout.h"
#include "store/log_contents.h"
#include "store/posix.h"

namespace sconce::store {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

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

void read_history(RestoredRun& run) {
  HistoryReader rows(run.path / kHistoryFile);
  RowWriter writer;
  std::int64_t newest = run.log.rows_before.newest_step;
  while (rows.next()) {
    if (rows.end() > run.log.rows_before.bytes) {
      run.late_rows += rows.step() <= newest ? 1 : 0;
      newest = std::max(newest, rows.step());
    }
    write_again(writer, rows.row());
    run.summary.update(writer, rows.step());
    run.summary.metrics().remember_steps(writer);
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
  try {
    run.log = read_log(fs::exists(log) ? log : aside(log, count_aside(log)));
  } catch (const protozero::exception&) {
    fail("the run cannot go on, its log holds what is no record", log, EINVAL);
  }
  if (run.log.description.id.empty()) {
    fail("the run cannot go on, its log does not say what it is", log, EINVAL);
  }
  run.log.description.dir = directory.parent_path();
  for (const MetricDefinition& metric : run.log.metrics) {
    run.summary.define(metric);
  }
  read_history(run);
  take_values_set_by_hand(run.summary, run.log.summary);
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
