#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <list>
#include <mutex>

#include "run/idle_threads.h"
#include "run/pending_row.h"

namespace sconce {

/// Rows on their way to disk, first in first out, and the count of the bytes that they and their media take.
/// Thread-safe.
class PendingQueue {
 public:
  using Rows = std::list<PendingRow>;

  explicit PendingQueue(std::int64_t max_bytes) : max_bytes_(max_bytes) {}

  /// Counts `bytes` more if they fit; they always do beside `stuck` alone, which are bytes that no waiting frees.
  bool try_reserve(std::int64_t bytes, std::int64_t stuck);
  /// The same, but waits until they fit. Returns false if they do not and waiting is pointless.
  bool reserve(std::int64_t bytes, std::int64_t stuck, const std::function<bool()>& is_pointless);
  void release(std::int64_t bytes);

  /// row.bytes are reserved. A row of numbers joins those of its keys that wait last, takes less, and gives the
  /// rest back.
  void push(PendingRow row);
  /// Waits for rows, lets some gather, and puts all there are into `rows`, which is empty. False once the queue is
  /// closed and empty.
  bool take(Rows& rows);
  /// Taken rows are on disk or lost. Releases their bytes and empties `rows`.
  void done(Rows& rows);
  /// Waits until all rows pushed so far are done. False, earlier, if it is pointless, which is asked five times a
  /// second.
  bool wait_until_done(const std::function<bool()>& is_pointless);
  /// What is on its way.
  struct Backlog {
    std::int64_t rows = 0;  ///< of the history
    std::int64_t bytes = 0;
  };
  Backlog backlog() const;
  /// Makes those who wait ask again whether it is pointless.
  void wake();
  void close();

 private:
  template <typename Condition>
  bool wait_for(const Condition& condition, const std::function<bool()>& is_pointless,
                std::unique_lock<std::mutex>& lock);
  bool join(const PendingRow& row);
  void give_back(std::int64_t bytes);
  bool fits(std::int64_t bytes, std::int64_t stuck) const;

  const std::int64_t max_bytes_;
  mutable std::mutex mutex_;
  IdleThreads committer_;
  std::condition_variable progress_;
  int waiting_ = 0;  ///< threads that wait for progress
  Rows rows_;
  std::int64_t gathered_ = 0;  ///< bytes of rows_
  std::int64_t bytes_ = 0;
  std::int64_t history_rows_ = 0;
  std::int64_t pushed_ = 0;
  std::int64_t done_ = 0;
  bool closed_ = false;
};

}  // namespace sconce
