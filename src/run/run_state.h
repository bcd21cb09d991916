#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

#include "run/committer.h"
#include "run/disk_health.h"
#include "run/in_call.h"
#include "run/journal.h"
#include "run/media_queue.h"
#include "run/pending_queue.h"
#include "run/process.h"
#include "run/reporter.h"
#include "run/run_display.h"
#include "run/system_monitor.h"
#include "sconce/run.h"
#include "store/restored_run.h"
#include "store/run_directory.h"

namespace sconce {

/// A run behind its handles: gives rows their steps, hands their images to the encoders and the rows to the
/// committer. Thread-safe.
class RunState {
 public:
  /// A new run of this process. In the child of a fork() its state is never destroyed: that would wait for threads
  /// that are not there.
  static std::shared_ptr<RunState> open(RunOptions options);

  void log(std::string_view prefix, Row row, std::optional<std::int64_t> step);
  void summarize(std::string_view key, Value value);
  void configure(const Row& values);
  void define_metric(std::string_view name, const MetricOptions& options);
  void save(const std::filesystem::path& file, const std::filesystem::path& asked);
  void alert(std::string_view title, std::string_view text, AlertLevel level, std::chrono::milliseconds wait);
  void flush();
  void finish(int exit_code);
  /// finish() for a process that ends, since `since`. What is logged from now on is lost, not refused: nobody may
  /// be there to catch an exception.
  void finish_with_process(int exit_code, std::chrono::steady_clock::time_point since) noexcept;
  /// Encodes and writes an image now. Throws what the disk says.
  store::StoredImage bind(const Image& image, std::string_view key, std::int64_t step);

  /// Belongs to this process, not to its parent.
  bool is_at_home() const noexcept { return home_.is_current(); }
  void report_last(const std::exception& error) { reporter_.report_last(error); }
  std::int64_t step();
  bool is_resumed() const noexcept { return is_resumed_; }
  const std::string& id() const noexcept { return options_.id(); }
  const std::filesystem::path& dir() const noexcept { return directory_.path(); }

 private:
  RunState(RunOptions options, std::optional<store::RestoredRun> resumed);
  ~RunState() = default;
  static PendingRow take(std::string_view prefix, Row row);
  std::int64_t runtime_seconds() const;
  void stamp(PendingRow& row) const;
  void configure(nlohmann::ordered_json values);
  void add_to_config(const Row& values);
  void change(std::string what, std::int64_t bytes, PendingChange::Apply apply);
  void enter();
  bool is_inside() const noexcept { return InCall::is_in(this) || InCall::is_in(&reporter_); }
  template <typename Work>
  void within(const Work& work) const;
  void end(int exit_code, std::chrono::steady_clock::time_point since, bool process_ends);
  void show_end();
  bool drain(std::chrono::steady_clock::time_point since);
  void drain_and_seal(int exit_code, std::chrono::steady_clock::time_point since);
  void listen();
  void stop_listening();
  void report_long_summary();
  void seal(int exit_code, std::chrono::steady_clock::time_point deadline);

  // These want mutex_.
  void check_open() const;
  void refuse(const PendingRow& row);
  void log_late(PendingRow row);
  void merge_into_open_row(PendingRow row);
  void submit_if_room(PendingRow row);
  bool reserve(std::int64_t bytes);
  void submit(PendingRow row);
  void submit_open_row();
  void close_open_row();

  Process& home_;
  const RunOptions options_;
  const bool is_resumed_;
  /// Runtimes count from here, those of earlier processes too.
  const std::chrono::steady_clock::time_point start_;
  RunDisplay display_;
  Reporter reporter_;
  Journal journal_;  ///< outlives the queue, whose rows tell it that they are gone
  PendingQueue queue_;
  DiskHealth health_;
  std::mutex store_mutex_;  ///< guards what is not thread-safe in directory_
  store::RunDirectory directory_;
  MediaQueue media_;
  Committer committer_;
  std::optional<SystemMonitor> monitor_;
  std::optional<std::int64_t> console_;  ///< the run's number at the console

  std::mutex mutex_;
  std::optional<std::int64_t> open_step_;         ///< the stated step that may get more cells
  std::optional<PendingRow> open_row_;            ///< its cells that were not submitted yet
  std::chrono::steady_clock::duration waited_{};  ///< by log(), for room
  std::int64_t next_step_;
  bool warned_of_late_rows_ = false;
  bool finished_ = false;
  bool process_ends_ = false;
  bool sealed_ = false;  ///< finished_, and it is done
  std::condition_variable sealing_;
  std::atomic<bool> is_used_{false};
};

/// Does work that holds locks. What it throws leaves when they are free: an exception that nobody catches ends the
/// process from the place of the throw, without unwinding, and the run is finished on the way.
template <typename Work>
void RunState::within(const Work& work) const {
  std::exception_ptr thrown;
  {
    const InCall in_call(this);
    try {
      work();
    } catch (...) {
      thrown = std::current_exception();
    }
  }
  if (thrown) {
    std::rethrow_exception(thrown);
  }
}

}  // namespace sconce
