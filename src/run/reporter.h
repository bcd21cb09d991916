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
  /// What was lost in all, in words; empty if nothing was.
  std::string losses() const;
  /// Trouble that was told of and cost nothing: how often, and the last in words.
  std::int64_t errors() const;
  std::string last_error() const;

 private:
  struct Losses {
    std::vector<std::string> names;  ///< of the first
    std::int64_t count = 0;
    std::string first_reason;

    void add(const std::string& name, const std::string& why);
    std::string text() const;
  };

  void handle(const std::exception& error, std::chrono::seconds pause);
  void print(const char* what, std::chrono::seconds pause);

  const Handler handler_;
  std::mutex handling_;
  std::chrono::steady_clock::time_point last_line_;
  std::int64_t unprinted_ = 0;

  mutable std::mutex counting_;
  Losses new_losses_;  ///< since take_loss()
  Losses all_losses_;
  std::int64_t errors_ = 0;
  std::string last_error_;
};

}  // namespace sconce
