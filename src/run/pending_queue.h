#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>

#include "run/pending_row.h"

namespace sconce {

/// Rows on their way to disk, first in first out, and the count of the bytes that they and their media take.
/// Thread-safe.
class PendingQueue {
 public:
  explicit PendingQueue(std::int64_t max_bytes) : max_bytes_(max_bytes) {}

  /// Waits until `bytes` more fit beside what is pending; they always fit when nothing is. Returns false, at once,
  /// if they do not fit and waiting is pointless.
  bool wait_for_room(std::int64_t bytes, const std::function<bool()>& is_pointless);
  void add_bytes(std::int64_t bytes);
  void remove_bytes(std::int64_t bytes);

  void push(PendingRow row);
  /// The next row; waits for one. Nothing once the queue is closed and empty.
  std::optional<PendingRow> pop();
  bool empty() const;
  /// `rows` popped rows are on disk or lost.
  void done(std::int64_t rows);
  /// Waits until all rows pushed so far are done. False, earlier, if it is pointless.
  bool wait_until_done(const std::function<bool()>& is_pointless);
  /// Makes those who wait ask again whether it is pointless.
  void wake();
  void close();

 private:
  const std::int64_t max_bytes_;
  mutable std::mutex mutex_;
  std::condition_variable room_;
  std::condition_variable filled_;
  std::deque<PendingRow> rows_;
  std::int64_t bytes_ = 0;
  std::int64_t pushed_ = 0;
  std::int64_t done_ = 0;
  bool closed_ = false;
};

}  // namespace sconce
