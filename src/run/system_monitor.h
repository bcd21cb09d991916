#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

#include "system/metrics.h"

namespace sconce {

/// A thread that samples the system now and then: a second after the start, every interval, and at the end.
class SystemMonitor {
 public:
  using Clock = std::chrono::steady_clock;
  using Take = std::function<void(const system::Metrics&)>;

  /// take is called on the thread.
  SystemMonitor(std::chrono::duration<double> interval, Take take);
  ~SystemMonitor() { stop(); }
  SystemMonitor(const SystemMonitor&) = delete;
  SystemMonitor& operator=(const SystemMonitor&) = delete;

  /// Takes the last sample, without the GPUs: their driver may take its time. Waits for one that is being taken.
  void stop();

 private:
  void work();

  const std::chrono::duration<double> interval_;
  const Take take_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopped_ = false;
  std::thread thread_;
};

}  // namespace sconce
