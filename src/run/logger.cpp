#include "sconce/logger.h"

#include <utility>

#include "run/run_state.h"

namespace sconce {

Logger::Logger(std::shared_ptr<RunState> run, std::string prefix)
    : run_(std::move(run)), prefix_(std::move(prefix)) {}

void Logger::log(std::string_view key, Value value, std::optional<std::int64_t> step) const {
  if (run_ != nullptr) {
    Row row;
    row.set(std::string(key), std::move(value));
    run_->log(prefix_, std::move(row), step);
  }
}

void Logger::log(Row row, std::optional<std::int64_t> step) const {
  if (run_ != nullptr) {
    run_->log(prefix_, std::move(row), step);
  }
}

Logger Logger::with_prefix(std::string_view prefix) const { return Logger(run_, prefix_ + std::string(prefix)); }

}  // namespace sconce
