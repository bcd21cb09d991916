#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string_view>

#include "run/pending_queue.h"
#include "run/reporter.h"
#include "store/wandb_records.h"
#include "system/metrics.h"

namespace sconce {

/// Puts what is in a run beside its rows in line with them, for the committer. Output that does not fit waits a
/// second for the disk; then all is given up and counted until there is room again. Thread-safe.
class Journal {
 public:
  static constexpr std::int64_t kMostWaiting = std::int64_t{4} << 20;  ///< bytes, beside those of rows

  /// start: when the run began.
  Journal(PendingQueue& queue, std::chrono::steady_clock::time_point start) : queue_(queue), start_(start) {}

  void add_metrics(const system::Metrics& metrics);
  /// text must not begin or end within a character.
  void add_output(store::OutputStream stream, std::string_view text);
  /// Tells what was given up.
  void report_losses(Reporter& reporter);

 private:
  bool has_room() const noexcept { return waiting_ <= kMostWaiting; }
  void add(const char* name, store::Batch batch);
  void taken(std::int64_t bytes);

  PendingQueue& queue_;
  const std::chrono::steady_clock::time_point start_;
  std::mutex mutex_;
  std::condition_variable room_;
  std::int64_t waiting_ = 0;  ///< bytes
  bool is_patient_ = true;
  std::int64_t lost_samples_ = 0;
  std::int64_t lost_output_ = 0;  ///< bytes
  std::int64_t unsaid_ = 0;       ///< of them, those that the output does not name yet
};

}  // namespace sconce
