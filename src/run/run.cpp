#include "sconce/run.h"

#include <utility>

#include "run/environment.h"
#include "run/run_options.h"
#include "run/run_state.h"
#include "store/layout.h"

namespace sconce {

Run::Run(RunOptions options) : exceptions_at_start_(std::uncaught_exceptions()) {
  options = with_environment(std::move(options));
  check(options);
  if (*options.disabled()) {
    id_ = options.id().empty() ? store::random_run_id() : options.id();
    return;
  }
  state_ = RunState::open(std::move(options));
  id_ = state_->id();
  dir_ = state_->dir();
}

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
  std::swap(id_, ending.id_);
  std::swap(dir_, ending.dir_);
  std::swap(exceptions_at_start_, ending.exceptions_at_start_);
  return *this;
}

Logger Run::logger(std::string_view prefix) const { return Logger(state_, std::string(prefix)); }

void Run::log(std::string_view key, Value value, std::optional<std::int64_t> step) {
  logger().log(key, std::move(value), step);
}

void Run::log(Row row, std::optional<std::int64_t> step) { logger().log(std::move(row), step); }

void Run::summarize(std::string_view key, Value value) {
  if (state_ != nullptr) {
    state_->summarize(key, std::move(value));
  }
}

void Run::config(Row values) {
  if (state_ != nullptr) {
    state_->configure(values);
  }
}

void Run::define_metric(std::string_view name, MetricOptions options) {
  if (state_ != nullptr) {
    state_->define_metric(name, options);
  }
}

void Run::save(const std::filesystem::path& file, const std::filesystem::path& name) {
  if (state_ != nullptr) {
    state_->save(file, name);
  }
}

void Run::alert(std::string_view title, std::string_view text, AlertLevel level, std::chrono::milliseconds wait) {
  if (state_ != nullptr) {
    state_->alert(title, text, level, wait);
  }
}

void Run::flush() {
  if (state_ != nullptr) {
    state_->flush();
  }
}

void Run::finish(int exit_code) {
  if (state_ != nullptr) {
    state_->finish(exit_code);
  }
}

std::int64_t Run::step() const { return state_ == nullptr ? 0 : state_->step(); }

bool Run::resumed() const { return state_ != nullptr && state_->is_resumed(); }

}  // namespace sconce
