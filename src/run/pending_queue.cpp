#include "run/pending_queue.h"

#include <utility>

namespace sconce {

bool PendingQueue::wait_for_room(std::int64_t bytes, const std::function<bool()>& is_pointless) {
  std::unique_lock<std::mutex> lock(mutex_);
  const auto fits = [&] { return bytes_ == 0 || bytes_ + bytes <= max_bytes_; };
  while (!fits()) {
    if (is_pointless()) {
      return false;
    }
    room_.wait(lock);
  }
  return true;
}

void PendingQueue::add_bytes(std::int64_t bytes) {
  const std::lock_guard<std::mutex> lock(mutex_);
  bytes_ += bytes;
}

void PendingQueue::remove_bytes(std::int64_t bytes) {
  const std::lock_guard<std::mutex> lock(mutex_);
  bytes_ -= bytes;
  room_.notify_all();
}

void PendingQueue::push(PendingRow row) {
  const std::lock_guard<std::mutex> lock(mutex_);
  bytes_ += row.bytes;
  ++pushed_;
  rows_.push_back(std::move(row));
  filled_.notify_one();
}

std::optional<PendingRow> PendingQueue::pop() {
  std::unique_lock<std::mutex> lock(mutex_);
  filled_.wait(lock, [this] { return closed_ || !rows_.empty(); });
  if (rows_.empty()) {
    return std::nullopt;
  }
  std::optional<PendingRow> row(std::move(rows_.front()));
  rows_.pop_front();
  return row;
}

bool PendingQueue::empty() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return rows_.empty();
}

void PendingQueue::done(std::int64_t rows) {
  const std::lock_guard<std::mutex> lock(mutex_);
  done_ += rows;
  room_.notify_all();
}

bool PendingQueue::wait_until_done(const std::function<bool()>& is_pointless) {
  std::unique_lock<std::mutex> lock(mutex_);
  const std::int64_t target = pushed_;
  while (done_ < target) {
    if (is_pointless()) {
      return false;
    }
    room_.wait(lock);
  }
  return true;
}

void PendingQueue::wake() {
  const std::lock_guard<std::mutex> lock(mutex_);
  room_.notify_all();
}

void PendingQueue::close() {
  const std::lock_guard<std::mutex> lock(mutex_);
  closed_ = true;
  filled_.notify_all();
}

}  // namespace sconce
