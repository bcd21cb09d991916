#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

#include "store/directory_lock.h"
#include "store/log_contents.h"
#include "store/summary.h"

namespace sconce::store {

/// What a run directory says of its run, so that the run can go on in it. The transaction log tells of the run and
/// its settings, since W&B's client writes its own config.yaml and wandb-summary.json over ours; the history tells
/// of rows.
struct RestoredRun {
  std::filesystem::path path;
  DirectoryLock lock;
  LogContents log;
  Summary summary;                ///< of all rows, and what was set by hand for keys that no row has
  std::int64_t newest_step = -1;  ///< of the history
  double runtime = 0;             ///< seconds, of the last row
  std::int64_t history_size = 0;  ///< of the whole lines
  std::int64_t late_rows = 0;     ///< behind log.rows_before
  bool is_uploaded = false;       ///< W&B's client marked the log
};

/// The run directory that `run` names: itself one, or the id of a run in `dir`, the newest if there are several.
std::optional<std::filesystem::path> find_run(const std::filesystem::path& dir, const std::filesystem::path& run);

/// Reads all of it and changes nothing. Throws std::filesystem::filesystem_error if it cannot be read, if its log
/// does not say what run it is, or if another run writes there.
RestoredRun restore_run(const std::filesystem::path& directory);

/// A log that was uploaded is done: gives it and its marks a name that W&B's client passes over.
void put_aside(const std::filesystem::path& log);

}  // namespace sconce::store
