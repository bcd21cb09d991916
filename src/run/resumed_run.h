#pragma once

#include <optional>

#include "sconce/run.h"
#include "store/restored_run.h"

namespace sconce {

/// The run that options.resume() names, if it is set. options get the run's id and names; what they said else is
/// warned of. Throws c10::ValueError if there is no such run, unless options.id() is the same: then a run of that
/// id begins.
std::optional<store::RestoredRun> resumed_run(RunOptions& options);

}  // namespace sconce
