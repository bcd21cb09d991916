#include "run/system_monitor.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "run/quiet_thread.h"
#include "system/machine_metrics.h"
#include "system/nvml.h"
#include "system/process_metrics.h"

namespace sconce {

SystemMonitor::SystemMonitor(std::chrono::duration<double> interval, Take take)
    : interval_(interval), take_(std::move(take)), thread_(quiet_thread([this] { work(); })) {}

void SystemMonitor::stop() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    stopped_ = true;
    wake_.notify_one();
  }
  if (thread_.joinable()) {
    thread_.join();
  }
}

void SystemMonitor::work() {
  constexpr std::chrono::duration<double> kFirst = std::chrono::seconds(1);  // a run of a moment loads no driver
  system::ProcessMetrics process;
  const system::MachineMetrics machine;
  std::optional<system::Nvml> gpus;
  std::unique_lock<std::mutex> lock(mutex_);
  for (auto pause = std::min(kFirst, interval_);; pause = interval_) {
    const bool is_last = wake_.wait_for(lock, pause, [this] { return stopped_; });
    lock.unlock();
    system::Metrics metrics;
    process.sample(metrics);
    machine.sample(metrics);
    if (!is_last) {
      if (!gpus) {
        gpus.emplace();
      }
      gpus->sample(metrics);
    }
    take_(metrics);
    if (is_last) {
      return;
    }
    lock.lock();
  }
}

}  // namespace sconce
