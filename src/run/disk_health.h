#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <mutex>
#include <string>
#include <system_error>

#include "run/reporter.h"

namespace sconce {

/// Whether the disk takes what it is given. A write that fails is tried again until it succeeds or the run gives
/// up; while any write is failing, nobody may wait for the disk. Thread-safe.
class DiskHealth {
 public:
  /// changed is called, without a lock, when waiting for the disk may have become pointless.
  DiskHealth(Reporter& reporter, std::function<void()> changed);

  /// Calls write until it returns. Throws the last filesystem_error when trying again cannot help or the run gave
  /// up, and at once what else write throws.
  template <typename Write>
  auto retry(const Write& write) -> decltype(write()) {
    Trouble trouble(*this);
    for (;;) {
      try {
        return write();
      } catch (const std::filesystem::filesystem_error& error) {
        if (!trouble.wait_to_try_again(error)) {
          throw;
        }
      }
    }
  }

  bool is_failing() const;
  /// is_failing(), for patience by now, counted from `since` or from when it began if that was later.
  bool is_failing_for(std::chrono::steady_clock::duration patience,
                      std::chrono::steady_clock::time_point since) const;
  /// A try that began after the call of retry_now() that returned `round` has failed.
  bool has_failed_since(std::int64_t round) const;
  /// Throws the filesystem_error of the last of them, made anew: an exception stays on its thread.
  [[noreturn]] void throw_last_error() const;
  /// Tries again now what waits to be. Returns the number of the round of tries that begins.
  std::int64_t retry_now();
  /// From now on what fails is not tried again.
  void give_up();

 private:
  /// One write that may be failing.
  class Trouble {
   public:
    explicit Trouble(DiskHealth& health);
    ~Trouble();
    Trouble(const Trouble&) = delete;
    Trouble& operator=(const Trouble&) = delete;
    bool wait_to_try_again(const std::filesystem::filesystem_error& error);

   private:
    DiskHealth& health_;
    std::int64_t round_;  ///< in which this try began
    bool failing_ = false;
  };

  Reporter& reporter_;
  const std::function<void()> changed_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::int64_t failing_writes_ = 0;
  std::chrono::steady_clock::time_point failing_since_;
  std::int64_t retry_round_ = 0;
  std::int64_t failed_round_ = -1;  ///< the newest of which a try failed
  bool gave_up_ = false;
  std::string last_words_;
  std::filesystem::path last_path_;
  std::error_code last_code_;
};

}  // namespace sconce
