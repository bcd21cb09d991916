#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>

#include "run/idle_threads.h"
#include "run/pending_row.h"

namespace sconce {

/// Rows on their way to disk, first in first out, and the count of the bytes that they and their media take.
/// Thread-safe.
class PendingQueue {
 public:
  explicit PendingQueue(std::int64_t max_bytes) : max_bytes_(max_bytes) {}

  /// Counts `bytes` more if they fit; they always do beside `stuck` alone, which are bytes that no waiting frees.
  bool try_reserve(std::int64_t bytes, std::int64_t stuck);
  /// The same, but waits until they fit. Returns false if they do not and waiting is pointless.
  bool reserve(std::int64_t bytes, std::int64_t stuck, const std::function<bool()>& is_pointless);
  void release(std::int64_t bytes);

  /// row.bytes are reserved.
  void push(PendingRow row);
  /// Waits for rows, lets some gather, and puts all there are into `rows`, which is empty. False once the queue is
  /// closed and empty.
  bool take(std::deque<PendingRow>& rows);
  /// `rows` taken rows are on disk or lost; releases their bytes.
  void done(std::int64_t rows, std::int64_t bytes);
  /// Waits until all rows pushed so far are done. False, earlier, if it is pointless.
  bool wait_until_done(const std::function<bool()>& is_pointless);
  /// Makes those who wait ask again whether it is pointless.
  void wake();
  void close();

 private:
  template <typename Condition>
  bool wait_for(const Condition& condition, const std::function<bool()>& is_pointless,
                std::unique_lock<std::mutex>& lock);
  bool fits(std::int64_t bytes, std::int64_t stuck) const;

  const std::int64_t max_bytes_;
  std::mutex mutex_;
  IdleThreads committer_;
  std::condition_variable progress_;
  int waiting_ = 0;  ///< threads that wait for progress
  std::deque<PendingRow> rows_;
  std::int64_t gathered_ = 0;  ///< bytes of rows_
  std::int64_t bytes_ = 0;
  std::int64_t pushed_ = 0;
  std::int64_t done_ = 0;
  bool closed_ = false;
};

}  // namespace sconce
