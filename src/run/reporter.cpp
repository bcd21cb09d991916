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

std::string name_of(std::string_view key, std::optional<std::int64_t> step) {
  return step ? fmt::format("'{}' at step {}", key, *step) : fmt::format("'{}' of the summary", key);
}

}  // namespace

Reporter::Reporter(Handler handler)
    : handler_(std::move(handler)), last_line_(std::chrono::steady_clock::now() - std::chrono::hours(1)) {}

void Reporter::report(const std::exception& error) { handle(error, std::chrono::seconds(1)); }

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

void Reporter::lost(std::string_view key, std::optional<std::int64_t> step, const std::string& why) {
  lost(name_of(key, step), why);
}

void Reporter::lost(const std::string& name, const std::string& why) {
  {
    const std::lock_guard<std::mutex> lock(counting_);
    if (lost_count_++ == 0) {
      first_reason_ = why;
    }
    if (lost_names_.size() < kNamedLosses) {
      lost_names_.push_back(name);
    }
  }
  report(std::runtime_error(fmt::format("{} is lost: {}", name, why)));
}

std::exception_ptr Reporter::take_loss() {
  const std::lock_guard<std::mutex> lock(counting_);
  if (lost_count_ == 0) {
    return nullptr;
  }
  const auto unnamed = lost_count_ - static_cast<std::int64_t>(lost_names_.size());
  const std::string more = unnamed > 0 ? fmt::format(" and {} more", unnamed) : std::string();
  std::runtime_error error(fmt::format("{} logged value{} lost: {}{}; first because: {}", lost_count_,
                                       lost_count_ == 1 ? " is" : "s are", fmt::join(lost_names_, ", "), more,
                                       first_reason_));
  lost_names_.clear();
  lost_count_ = 0;
  return std::make_exception_ptr(std::move(error));
}

}  // namespace sconce
