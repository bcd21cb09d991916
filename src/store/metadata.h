#pragma once

#include <cstdint>
#include <ctime>
#include <optional>
#include <string>

namespace sconce::store {

/// wandb-metadata.json: where and how the program runs, with wandb's keys. Host, system, program, arguments,
/// processors, GPUs and the git commit; never the environment, which holds secrets. end: absent while the run goes
/// on.
std::string metadata_text(std::time_t start, std::int64_t gpu_count, std::optional<int> exit_code);

}  // namespace sconce::store
