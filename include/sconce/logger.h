#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "sconce/row.h"

namespace sconce {
class RunState;

/// The handle that logs: copy it, pass it by value, use copies from many threads at once. Calls of one thread
/// keep their order. It keeps the run's state alive but not the run open: logging after Run::finish() throws.
///
/// Steps are wandb's. Without a step a row is the next one and written at once. A stated step stays open for more
/// cells until another step is logged, Run::flush() or Run::finish(). A stated step below the newest one is a late
/// row: it is kept, as a line of its own, with one warning (RunOptions::late_rows).
///
/// log() validates, takes the values and returns: encoding and writing happen behind. It waits only while
/// RunOptions::max_pending_bytes are on their way and the disk works. It throws c10::ValueError, with nothing
/// written, for an empty key or one with NUL, the reserved keys _step, _late_step and _wandb, a negative step,
/// texts of more than 10,383,360 bytes in a row, which W&B's client would drop, after finish(), and in the child
/// of a fork(). It never throws for trouble with the disk: that goes to RunOptions::on_error, flush() and
/// finish().
class Logger {
 public:
  Logger() = default;  ///< logs nowhere: rank != 0, tests
  explicit operator bool() const noexcept { return run_ != nullptr; }

  void log(std::string_view key, Value value, std::optional<std::int64_t> step = {}) const;
  void log(Row row, std::optional<std::int64_t> step = {}) const;
  /// A handle that logs prefix + key; prefixes add up. The prefix is used as it is: "val/" makes "val/loss".
  Logger with_prefix(std::string_view prefix) const;

 private:
  friend class Run;
  Logger(std::shared_ptr<RunState> run, std::string prefix);

  std::shared_ptr<RunState> run_;
  std::string prefix_;
};

}  // namespace sconce
