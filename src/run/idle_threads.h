#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>

namespace sconce {

/// Threads that wait for work without cost to those who bring it. Waking a thread is a system call that can take
/// tens of microseconds, which the training loop would pay. So one idle thread naps and looks for itself, as long
/// as work comes now and then; only after a second without any does it sleep until it is woken. Everything is
/// called with the lock held that guards the work.
class IdleThreads {
 public:
  static constexpr auto kNap = std::chrono::milliseconds(10);

  /// Returns when is_enough() or after a nap, whatever came.
  template <typename Enough>
  void nap(std::unique_lock<std::mutex>& lock, const Enough& is_enough) {
    napping_ = true;
    nap_.wait_for(lock, kNap, is_enough);
    napping_ = false;
  }

  /// Returns when is_there() says that there is work.
  template <typename There>
  void wait(std::unique_lock<std::mutex>& lock, const There& is_there) {
    constexpr int kNapsBeforeSleep = 100;
    for (int naps = 0; !napping_ && naps < kNapsBeforeSleep && !is_there(); ++naps) {
      nap(lock, is_there);
    }
    ++sleeping_;
    sleep_.wait(lock, is_there);
    --sleeping_;
  }

  /// Work came: somebody will look before long.
  void notify() {
    if (!napping_ && sleeping_ > 0) {
      sleep_.notify_one();
    }
  }

  /// Somebody waits for what is there: ends naps.
  void hurry() {
    nap_.notify_one();
    sleep_.notify_one();
  }

  /// The work is at its end.
  void wake_all() {
    nap_.notify_one();
    sleep_.notify_all();
  }

 private:
  std::condition_variable nap_;
  std::condition_variable sleep_;
  bool napping_ = false;
  int sleeping_ = 0;
};

}  // namespace sconce
