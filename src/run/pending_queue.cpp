#include "run/pending_queue.h"

#include <utility>

namespace sconce {
namespace {

/// So many bytes of rows are worth waking the committer for.
constexpr std::int64_t kEnough = std::int64_t{1} << 20;

}  // namespace

bool PendingQueue::fits(std::int64_t bytes, std::int64_t stuck) const {
  return bytes_ <= stuck || bytes_ + bytes <= max_bytes_;
}

bool PendingQueue::try_reserve(std::int64_t bytes, std::int64_t stuck) {
  const std::lock_guard<std::mutex> lock(mutex_);
  const bool room = fits(bytes, stuck);
  bytes_ += room ? bytes : 0;
  return room;
}

bool PendingQueue::reserve(std::int64_t bytes, std::int64_t stuck, const std::function<bool()>& is_pointless) {
  std::unique_lock<std::mutex> lock(mutex_);
  const bool room = wait_for([&] { return fits(bytes, stuck); }, is_pointless, lock);
  bytes_ += room ? bytes : 0;
  return room;
}

template <typename Condition>
bool PendingQueue::wait_for(const Condition& condition, const std::function<bool()>& is_pointless,
                            std::unique_lock<std::mutex>& lock) {
  ++waiting_;
  committer_.hurry();
  bool done = condition();
  while (!done && !is_pointless()) {
    progress_.wait(lock);
    done = condition();
  }
  --waiting_;
  return done;
}

void PendingQueue::release(std::int64_t bytes) {
  const std::lock_guard<std::mutex> lock(mutex_);
  bytes_ -= bytes;
  if (waiting_ > 0) {
    progress_.notify_all();
  }
}

void PendingQueue::push(PendingRow row) {
  const std::lock_guard<std::mutex> lock(mutex_);
  const std::int64_t before = std::exchange(gathered_, gathered_ + row.bytes);
  ++pushed_;
  rows_.push_back(std::move(row));
  if (before < kEnough && gathered_ >= kEnough) {
    committer_.hurry();
  } else {
    committer_.notify();
  }
}

bool PendingQueue::take(std::deque<PendingRow>& rows) {
  std::unique_lock<std::mutex> lock(mutex_);
  committer_.nap(lock, [this] { return closed_ || waiting_ > 0 || gathered_ >= kEnough; });
  committer_.wait(lock, [this] { return closed_ || !rows_.empty(); });
  gathered_ = 0;
  rows_.swap(rows);
  return !rows.empty();
}

void PendingQueue::done(std::int64_t rows, std::int64_t bytes) {
  const std::lock_guard<std::mutex> lock(mutex_);
  done_ += rows;
  bytes_ -= bytes;
  if (waiting_ > 0) {
    progress_.notify_all();
  }
}

bool PendingQueue::wait_until_done(const std::function<bool()>& is_pointless) {
  std::unique_lock<std::mutex> lock(mutex_);
  return wait_for([this, target = pushed_] { return done_ >= target; }, is_pointless, lock);
}

void PendingQueue::wake() {
  const std::lock_guard<std::mutex> lock(mutex_);
  progress_.notify_all();
}

void PendingQueue::close() {
  const std::lock_guard<std::mutex> lock(mutex_);
  closed_ = true;
  committer_.wake_all();
}

}  // namespace sconce
