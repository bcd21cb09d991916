#pragma once

#include <chrono>
#include <cstdint>
#include <ctime>
#include <exception>
#include <filesystem>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "run/committer.h"
#include "run/disk_health.h"
#include "run/media_queue.h"
#include "run/pending_queue.h"
#include "run/reporter.h"
#include "sconce/run.h"
#include "store/run_directory.h"

namespace sconce {

/// A run behind its handles: gives rows their steps, hands their images to the encoders and the rows to the
/// committer. Thread-safe.
class RunState {
 public:
  explicit RunState(RunOptions options);

  void log(std::string_view prefix, Row row, std::optional<std::int64_t> step);
  void summarize(std::string_view key, Value value);
  void flush();
  void finish(int exit_code);
  /// Encodes and writes an image now. Throws what the disk says.
  store::StoredImage bind(const Image& image, std::string_view key, std::int64_t step);

  void report(const std::exception& error) { reporter_.report(error); }
  const std::string& id() const noexcept { return options_.id(); }
  const std::filesystem::path& dir() const noexcept { return directory_.path(); }

 private:
  struct Clock {
    std::time_t wall = std::time(nullptr);
    std::chrono::steady_clock::time_point steady = std::chrono::steady_clock::now();
  };

  static PendingRow take(std::string_view prefix, Row row);
  std::int64_t runtime_seconds() const;
  void stamp(PendingRow& row) const;
  void seal(int exit_code, const std::function<bool()>& is_over);

  // These want mutex_.
  void check_open() const;
  void log_late(PendingRow row);
  void merge_into_open_row(PendingRow row);
  void submit_if_room(PendingRow row);
  bool reserve(std::int64_t bytes);
  void submit(PendingRow row);
  void submit_open_row();
  void close_open_row();
  void lose(const PendingRow& row);

  const Clock start_;
  const RunOptions options_;
  Reporter reporter_;
  PendingQueue queue_;
  DiskHealth health_;
  std::mutex store_mutex_;  ///< guards what is not thread-safe in directory_
  store::RunDirectory directory_;
  MediaQueue media_;
  Committer committer_;

  std::mutex mutex_;
  std::int64_t next_step_ = 0;
  std::optional<std::int64_t> open_step_;  ///< the stated step that may get more cells
  std::optional<PendingRow> open_row_;     ///< its cells that were not submitted yet
  bool warned_of_late_rows_ = false;
  bool finished_ = false;
};

}  // namespace sconce
