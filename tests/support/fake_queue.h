#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <iterator>
#include <list>
#include <memory>
#include <mutex>
#include <utility>

/// What fake_device.cpp has instead of a device's clock.
namespace sconce::fake {

constexpr std::size_t kStreams = 4;  // 0 is the default stream, the others are the pool

struct EventState {  // guarded by Queue's mutex
  std::uint64_t recorded = 0;
  std::uint64_t done = 0;
};
using EventPtr = std::shared_ptr<EventState>;  // a queued marker outlives an event destroyed before it is reached

/// The work of all streams in the order in which it was enqueued. A wait is always behind the record it waits for,
/// so that one pass from the front does all that can be done.
class Queue {
 public:
  /// work returns false if its stream cannot get past it yet. It runs under the mutex: it may touch the host only.
  void enqueue(std::size_t stream, std::function<bool()> work) {
    const std::lock_guard<std::mutex> lock(mutex_);
    work_.push_back({stream, std::move(work)});
    run(held_);
  }

  void record(const EventPtr& event, std::size_t stream) {
    const std::lock_guard<std::mutex> lock(mutex_);
    const std::uint64_t version = ++event->recorded;
    work_.push_back({stream, [event, version] {
                       event->done = std::max(event->done, version);
                       return true;
                     }});
    run(held_);
  }

  void block(const EventPtr& event, std::size_t stream) {
    const std::lock_guard<std::mutex> lock(mutex_);
    work_.push_back({stream, [event, version = event->recorded] { return event->done >= version; }});
    run(held_);
  }

  bool query(const EventPtr& event) {
    const std::lock_guard<std::mutex> lock(mutex_);
    return look(*event);
  }

  void wait(const EventPtr& event) {
    std::unique_lock<std::mutex> lock(mutex_);
    changed_.wait(lock, [this, &event] { return look(*event); });
  }

  bool is_idle(std::size_t stream) {
    const std::lock_guard<std::mutex> lock(mutex_);
    return std::none_of(work_.begin(), work_.end(), [stream](const Work& work) { return work.stream == stream; });
  }

  void synchronize() {
    const std::lock_guard<std::mutex> lock(mutex_);
    ++synchronizations_;
    run({});
  }

  void hold(std::size_t first, std::size_t last) {
    const std::lock_guard<std::mutex> lock(mutex_);
    std::fill(held_.begin() + first, held_.begin() + last, true);
    someone_waited_ = false;
  }

  void release() {
    const std::lock_guard<std::mutex> lock(mutex_);
    held_ = {};
    run(held_);
  }

  void reset() {
    release();
    const std::lock_guard<std::mutex> lock(mutex_);
    synchronizations_ = 0;
    someone_waited_ = false;
  }

  std::int64_t synchronizations() {
    const std::lock_guard<std::mutex> lock(mutex_);
    return synchronizations_;
  }

  bool await_waiter() {
    std::unique_lock<std::mutex> lock(mutex_);
    return changed_.wait_for(lock, std::chrono::minutes(1), [this] { return someone_waited_; });
  }

 private:
  using Streams = std::array<bool, kStreams>;
  struct Work {
    std::size_t stream;
    std::function<bool()> run;
  };

  void run(Streams stopped) {
    for (auto work = work_.begin(); work != work_.end();) {
      stopped[work->stream] = stopped[work->stream] || !work->run();
      work = stopped[work->stream] ? std::next(work) : work_.erase(work);
    }
    changed_.notify_all();
  }

  bool look(const EventState& event) {
    const bool done = event.done >= event.recorded;
    if (!done && !someone_waited_) {
      someone_waited_ = true;
      changed_.notify_all();
    }
    return done;
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::list<Work> work_;
  Streams held_{};
  std::int64_t synchronizations_ = 0;
  bool someone_waited_ = false;
};

}  // namespace sconce::fake
