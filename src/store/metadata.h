#pragma once

#include <optional>
#include <string>

#include "store/run_description.h"

namespace sconce::store {

/// wandb-metadata.json: what the run is called, and where and how the program runs, with wandb's keys. Host,
/// system, program, arguments, processors, GPUs and the git commit; never the environment, which holds secrets.
/// exit_code: none while the run goes on.
std::string metadata_text(const RunDescription& run, std::optional<int> exit_code);

}  // namespace sconce::store
