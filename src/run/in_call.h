#pragma once

namespace sconce {

/// Marks that this thread is inside a run, where it may hold the run's locks. What ends the process from there (a
/// handler of errors, of warnings or of a signal) must not wait for that run.
class InCall {
 public:
  explicit InCall(const void* run) noexcept : run_(run), outer_(innermost_) { innermost_ = this; }
  ~InCall() { innermost_ = outer_; }
  InCall(const InCall&) = delete;
  InCall& operator=(const InCall&) = delete;

  static bool is_in(const void* run) noexcept {
    const InCall* call = innermost_;
    while (call != nullptr && call->run_ != run) {
      call = call->outer_;
    }
    return call != nullptr;
  }

 private:
  const void* run_;
  const InCall* outer_;
  static inline thread_local const InCall* innermost_ = nullptr;
};

}  // namespace sconce
