#pragma once

#include <signal.h>

#include <thread>
#include <utility>

namespace sconce {

/// Blocks signals on the calling thread, and so on those it starts, as long as it lives.
class SignalBlock {
 public:
  SignalBlock() {
    sigset_t all;
    ::sigfillset(&all);
    // What a fault raises cannot be blocked, and profilers count by SIGPROF.
    for (const int signal : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGABRT, SIGSYS, SIGPROF}) {
      ::sigdelset(&all, signal);
    }
    ::pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  ~SignalBlock() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  SignalBlock(const SignalBlock&) = delete;
  SignalBlock& operator=(const SignalBlock&) = delete;

 private:
  sigset_t before_;
};

/// A thread that signals do not interrupt. The program's handlers run on its own threads: one that calls exit()
/// here would have the run wait for the thread that it is on.
template <typename Work>
std::thread quiet_thread(Work work) {
  const SignalBlock block;
  return std::thread(std::move(work));
}

}  // namespace sconce
