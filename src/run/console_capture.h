#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string_view>

#include "store/wandb_records.h"

namespace sconce {

/// What this process writes to stdout and stderr, whoever writes it, for all runs that ask. It is captured while
/// there is a listener. Thread-safe.
class ConsoleCapture {
 public:
  /// Is told text of one stream that ends between characters. Called on the capture's thread, which the program's
  /// output waits for: it must not wait for long.
  using Listener = std::function<void(store::OutputStream stream, std::string_view text)>;

  /// It hears what is written from now on.
  std::int64_t add(Listener listener);
  /// The listener has been told all that was written before the call, and hears nothing more.
  void remove(std::int64_t listener);

 private:
  class Session;
  std::mutex changing_;
  std::shared_ptr<Session> session_;  ///< while there are listeners
  std::int64_t last_ = 0;
};

}  // namespace sconce
