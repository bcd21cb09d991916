#pragma once

#include <sys/types.h>

#include <atomic>
#include <memory>
#include <mutex>
#include <vector>

#include "run/console_capture.h"

namespace sconce {
class RunState;

/// This process and its runs. One that ends by exit() or by std::terminate() finishes its open runs first. One
/// that was made by fork() has no runs: those of its parent are there, but not their threads, and their locks may
/// be held for ever. Thread-safe.
class Process {
 public:
  /// Lives for ever; in the child of a fork() it is another one.
  static Process& current();
  bool is_current() const noexcept { return current_.load(std::memory_order_relaxed) == this; }
  pid_t id() const noexcept { return id_; }

  void add(const std::shared_ptr<RunState>& run);
  /// From now on exit() finishes the runs before it destroys what exists now.
  static void watch_exit();
  ConsoleCapture& console() noexcept { return console_; }
  /// Finishes all runs, whatever the disk says, and tells their error handlers what is lost.
  void finish_runs(int exit_code) noexcept;

 private:
  explicit Process(const Process* parent);
  static void start();
  std::vector<std::shared_ptr<RunState>> keep_runs();

  static inline std::atomic<Process*> current_{nullptr};
  const Process* const parent_;  ///< what the child of a fork() may not touch stays reachable for leak checkers
  const pid_t id_;
  ConsoleCapture console_;
  std::mutex mutex_;
  std::vector<std::weak_ptr<RunState>> runs_;
  std::vector<std::shared_ptr<RunState>> kept_;  ///< threads may go on logging while the process ends
};

}  // namespace sconce
