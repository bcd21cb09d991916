#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "run/idle_threads.h"

namespace sconce {

/// Threads that do what they are given, in order of arrival.
class EncoderPool {
 public:
  explicit EncoderPool(std::int64_t threads);
  ~EncoderPool();
  EncoderPool(const EncoderPool&) = delete;
  EncoderPool& operator=(const EncoderPool&) = delete;

  /// task must not throw. It is begun within IdleThreads::kNap if a thread is free.
  void submit(std::function<void()> task);
  /// Tasks that are not done.
  std::int64_t waiting() const;
  /// Begins now what waits.
  void hurry();
  /// Does what is left and ends the threads.
  void close();

 private:
  void work();

  mutable std::mutex mutex_;
  IdleThreads idle_;
  std::deque<std::function<void()>> tasks_;
  std::int64_t begun_ = 0;  ///< and not done
  bool closed_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace sconce
