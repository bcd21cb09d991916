#include "run/process.h"

#include <pthread.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <exception>
#include <utility>

#include "run/run_state.h"
#include "store/sha256.h"
#include "system/captured_stream.h"

namespace sconce {
namespace {

std::terminate_handler previous_terminate = nullptr;

[[noreturn]] void finish_and_terminate() {
  static thread_local bool again = false;
  if (!std::exchange(again, true)) {
    constexpr int kUncaughtException = 1;  // what wandb writes for one
    Process::current().finish_runs(kUncaughtException);
  }
  if (previous_terminate != nullptr) {
    previous_terminate();
  }
  std::abort();
}

#ifdef __GLIBC__
void finish_at_exit(int status, void* /*unused*/) {
  constexpr int kSeenByParents = 0xff;
  Process::current().finish_runs(status & kSeenByParents);
}
#else
void finish_at_exit() { Process::current().finish_runs(0); }  // nobody tells the status
#endif

}  // namespace

Process::Process(const Process* parent) : parent_(parent), id_(::getpid()) {}

Process& Process::current() {
  static const bool started = (start(), true);
  static_cast<void>(started);
  return *current_.load(std::memory_order_acquire);
}

/// Nothing of it is ever destroyed: it serves until the very end.
void Process::start() {
  current_.store(new Process(nullptr), std::memory_order_release);
  ::pthread_atfork(nullptr, nullptr, [] {
    system::CapturedStream::leave_in_child();
    current_.store(new Process(current_.load()));
  });
  previous_terminate = std::set_terminate(finish_and_terminate);
  // What a library sets up at its first use it may take down at exit, in reverse order: libcrypto does, and
  // encoders need it until the runs are finished.
  store::sha256_hex(nullptr, 0);
  watch_exit();
}

void Process::watch_exit() {
#ifdef __GLIBC__
  ::on_exit(finish_at_exit, nullptr);
#else
  std::atexit(finish_at_exit);
#endif
}

void Process::add(const std::shared_ptr<RunState>& run) {
  const std::lock_guard<std::mutex> lock(mutex_);
  runs_.erase(std::remove_if(runs_.begin(), runs_.end(), [](const auto& other) { return other.expired(); }),
              runs_.end());
  runs_.push_back(run);
}

void Process::finish_runs(int exit_code) noexcept {
  const auto now = std::chrono::steady_clock::now();
  for (const std::shared_ptr<RunState>& run : keep_runs()) {
    run->finish_with_process(exit_code, now);
  }
}

std::vector<std::shared_ptr<RunState>> Process::keep_runs() {
  const std::lock_guard<std::mutex> lock(mutex_);
  kept_.clear();
  for (const std::weak_ptr<RunState>& run : runs_) {
    if (std::shared_ptr<RunState> state = run.lock()) {
      kept_.push_back(std::move(state));
    }
  }
  return kept_;
}

}  // namespace sconce
