#include "sconce/run.h"

#include <utility>

#include "run/run_state.h"

namespace sconce {

Run::Run(RunOptions options)
    : state_(RunState::open(std::move(options))), exceptions_at_start_(std::uncaught_exceptions()) {}

Run::~Run() {
  if (state_ == nullptr || !state_->is_at_home()) {
    return;
  }
  try {
    finish(std::uncaught_exceptions() > exceptions_at_start_ ? 1 : 0);
  } catch (const std::exception& error) {
    state_->report_last(error);
  }
}

Run::Run(Run&&) noexcept = default;

Run& Run::operator=(Run&& other) noexcept {
  // The swapped run ends with `other`'s destructor, here, and not whenever the caller's `other` goes.
  Run ending(std::move(other));
  std::swap(state_, ending.state_);
  std::swap(exceptions_at_start_, ending.exceptions_at_start_);
  return *this;
}

Logger Run::logger(std::string_view prefix) const { return Logger(state_, std::string(prefix)); }

void Run::log(std::string_view key, Value value, std::optional<std::int64_t> step) {
  logger().log(key, std::move(value), step);
}

void Run::log(Row row, std::optional<std::int64_t> step) { logger().log(std::move(row), step); }

void Run::summarize(std::string_view key, Value value) { state_->summarize(key, std::move(value)); }

void Run::flush() { state_->flush(); }

void Run::finish(int exit_code) { state_->finish(exit_code); }

const std::string& Run::id() const noexcept { return state_->id(); }

const std::filesystem::path& Run::dir() const noexcept { return state_->dir(); }

}  // namespace sconce
