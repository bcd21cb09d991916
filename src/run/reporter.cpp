#include "run/reporter.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cstdio>
#include <stdexcept>
#include <utility>

#include "run/in_call.h"

namespace sconce {
namespace {

constexpr std::size_t kNamedLosses = 20;
constexpr auto kPause = std::chrono::seconds(1);

std::string name_of(std::string_view key, std::optional<std::int64_t> step) {
  return step ? fmt::format("'{}' at step {}", key, *step) : fmt::format("'{}' of the summary", key);
}

}  // namespace

Reporter::Reporter(Handler handler)
    : handler_(std::move(handler)), last_line_(std::chrono::steady_clock::now() - std::chrono::hours(1)) {}

void Reporter::report(const std::exception& error) {
  {
    const std::lock_guard<std::mutex> lock(counting_);
    ++errors_;
    last_error_ = error.what();
  }
  handle(error, kPause);
}

void Reporter::report_last(const std::exception& error) { handle(error, std::chrono::seconds(0)); }

void Reporter::handle(const std::exception& error, std::chrono::seconds pause) {
  if (InCall::is_in(this)) {  // a handler that causes trouble of its own holds the lock
    print(error.what(), pause);
    return;
  }
  const InCall in_call(this);
  const std::lock_guard<std::mutex> lock(handling_);
  if (!handler_) {
    print(error.what(), pause);
    return;
  }
  try {
    handler_(error);
  } catch (...) {  // a handler that throws has nobody left to tell
    print(error.what(), pause);
  }
}

void Reporter::print(const char* what, std::chrono::seconds pause) {
  const auto now = std::chrono::steady_clock::now();
  if (now - last_line_ < pause) {
    ++unprinted_;
    return;
  }
  last_line_ = now;
  const std::string more = unprinted_ > 0 ? fmt::format(" (and {} more)", unprinted_) : std::string();
  unprinted_ = 0;
  // Not fmt::print: it throws where stderr is a file on the disk that is full.
  const std::string line = fmt::format("sconce: {}{}\n", what, more);
  std::fputs(line.c_str(), stderr);
}

void Reporter::Losses::add(const std::string& name, const std::string& why) {
  if (count++ == 0) {
    first_reason = why;
  }
  if (names.size() < kNamedLosses) {
    names.push_back(name);
  }
}

std::string Reporter::Losses::text() const {
  if (count == 0) {
    return "";
  }
  const auto unnamed = count - static_cast<std::int64_t>(names.size());
  const std::string more = unnamed > 0 ? fmt::format(" and {} more", unnamed) : std::string();
  return fmt::format("{} logged value{} lost: {}{}; first because: {}", count, count == 1 ? " is" : "s are",
                     fmt::join(names, ", "), more, first_reason);
}

void Reporter::lost(std::string_view key, std::optional<std::int64_t> step, const std::string& why) {
  lost(name_of(key, step), why);
}

void Reporter::lost(const std::string& name, const std::string& why) {
  {
    const std::lock_guard<std::mutex> lock(counting_);
    new_losses_.add(name, why);
    all_losses_.add(name, why);
  }
  handle(std::runtime_error(fmt::format("{} is lost: {}", name, why)), kPause);
}

std::exception_ptr Reporter::take_loss() {
  const std::lock_guard<std::mutex> lock(counting_);
  const std::string text = std::exchange(new_losses_, {}).text();
  return text.empty() ? nullptr : std::make_exception_ptr(std::runtime_error(text));
}

std::string Reporter::losses() const {
  const std::lock_guard<std::mutex> lock(counting_);
  return all_losses_.text();
}

std::int64_t Reporter::errors() const {
  const std::lock_guard<std::mutex> lock(counting_);
  return errors_;
}

std::string Reporter::last_error() const {
  const std::lock_guard<std::mutex> lock(counting_);
  return last_error_;
}

}  // namespace sconce
