#pragma once

#include <chrono>
#include <cstdint>
#include <exception>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sconce {

/// Where trouble goes that may not throw into training: the user's handler, or stderr, a line a second at most.
/// Remembers what was lost until flush() or finish() throws it. Thread-safe; handlers are called one at a time,
/// and a thread is InCall of its Reporter meanwhile.
class Reporter {
 public:
  using Handler = std::function<void(const std::exception&)>;

  explicit Reporter(Handler handler);

  /// Tells of trouble that costs nothing yet.
  void report(const std::exception& error);
  /// Tells what nobody will hear of again: stderr gets the line even if it had one just now.
  void report_last(const std::exception& error);
  /// A value that will never be on disk; a step is missing for values of the summary. Says so now, and again in
  /// take_loss().
  void lost(std::string_view key, std::optional<std::int64_t> step, const std::string& why);
  /// The same of what is no value.
  void lost(const std::string& name, const std::string& why);
  /// An exception that names what was lost since the last call, or null.
  std::exception_ptr take_loss();

 private:
  void handle(const std::exception& error, std::chrono::seconds pause);
  void print(const char* what, std::chrono::seconds pause);

  const Handler handler_;
  std::mutex handling_;
  std::chrono::steady_clock::time_point last_line_;
  std::int64_t unprinted_ = 0;

  std::mutex counting_;
  std::vector<std::string> lost_names_;
  std::int64_t lost_count_ = 0;
  std::string first_reason_;
};

}  // namespace sconce
