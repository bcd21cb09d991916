#include "run/pending_queue.h"

#include <algorithm>
#include <chrono>
#include <memory>
#include <utility>
#include <vector>

namespace sconce {
namespace {

/// So many bytes of rows are worth waking the committer for.
constexpr std::int64_t kEnough = std::int64_t{1} << 20;

constexpr auto kAskAgain = std::chrono::milliseconds(200);

/// Whether row, which is of numbers, has the keys and types of those before it.
bool is_alike(const PendingRow& before, const PendingRow& row) {
  return before.numbers != nullptr ? are_alike(before.numbers->cells(), row.cells)
                                   : before.step.has_value() && are_alike(before.cells, row.cells);
}

void add(NumberRows& rows, const PendingRow& row) { rows.add({*row.step, row.timestamp, row.runtime}, row.cells); }

/// Makes a row the first of many.
void begin_numbers(PendingRow& row) {
  auto numbers = std::make_unique<NumberRows>(row.cells);
  add(*numbers, row);
  row.numbers = std::move(numbers);
  row.step.reset();
  std::vector<Row::Cell>().swap(row.cells);
}

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
    progress_.wait_for(lock, kAskAgain);
    done = condition();
  }
  --waiting_;
  return done;
}

void PendingQueue::release(std::int64_t bytes) {
  const std::lock_guard<std::mutex> lock(mutex_);
  give_back(bytes);
}

void PendingQueue::give_back(std::int64_t bytes) {
  bytes_ -= bytes;
  if (waiting_ > 0) {
    progress_.notify_all();
  }
}

void PendingQueue::push(PendingRow row) {
  const bool is_row = row.step.has_value();
  const bool is_of_numbers = is_row && are_numbers(row.cells);
  const std::lock_guard<std::mutex> lock(mutex_);
  const std::int64_t before = gathered_;
  if (!is_of_numbers || !join(row)) {
    const std::int64_t bytes = row.bytes;
    rows_.push_back(std::move(row));
    gathered_ += bytes;
  }
  ++pushed_;  // what could fail for lack of memory is done
  history_rows_ += is_row ? 1 : 0;
  if (before < kEnough && gathered_ >= kEnough) {
    committer_.hurry();
  } else {
    committer_.notify();
  }
}

/// The cells stay with the caller, who frees them while they are in his cache.
bool PendingQueue::join(const PendingRow& row) {
  if (rows_.empty() || !is_alike(rows_.back(), row)) {
    return false;
  }
  std::int64_t before = rows_.back().bytes;
  if (rows_.back().numbers == nullptr) {
    begin_numbers(rows_.back());
  } else if (rows_.back().numbers->is_full()) {
    PendingRow more;
    more.numbers = std::make_unique<NumberRows>(rows_.back().numbers->more());
    rows_.push_back(std::move(more));
    before = 0;
  }
  PendingRow& rows = rows_.back();
  add(*rows.numbers, row);
  rows.bytes = static_cast<std::int64_t>(sizeof(PendingRow)) + rows.numbers->bytes();
  gathered_ += rows.bytes - before;
  give_back(row.bytes - (rows.bytes - before));
  return true;
}

bool PendingQueue::take(Rows& rows) {
  std::unique_lock<std::mutex> lock(mutex_);
  committer_.nap(lock, [this] { return closed_ || waiting_ > 0 || gathered_ >= kEnough; });
  committer_.wait(lock, [this] { return closed_ || !rows_.empty(); });
  gathered_ = 0;
  rows_.swap(rows);
  return !rows.empty();
}

void PendingQueue::done(Rows& rows) {
  std::int64_t all = 0;
  std::int64_t of_history = 0;
  std::int64_t bytes = 0;
  for (const PendingRow& row : rows) {
    of_history += history_rows(row);
    all += std::max(history_rows(row), std::int64_t{1});
    bytes += row.bytes;
  }
  rows.clear();  // before its bytes count as free
  const std::lock_guard<std::mutex> lock(mutex_);
  done_ += all;
  history_rows_ -= of_history;
  give_back(bytes);
}

bool PendingQueue::wait_until_done(const std::function<bool()>& is_pointless) {
  std::unique_lock<std::mutex> lock(mutex_);
  return wait_for([this, target = pushed_] { return done_ >= target; }, is_pointless, lock);
}

PendingQueue::Backlog PendingQueue::backlog() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return {history_rows_, bytes_};
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
