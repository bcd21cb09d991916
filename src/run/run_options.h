#pragma once

#include <cstdint>

#include "sconce/run.h"

namespace sconce {

/// What RunOptions::encoder_threads says, or its default on a machine with so many hardware threads.
std::int64_t encoder_threads(const RunOptions& options, unsigned hardware_threads);

/// Throws c10::ValueError that says which option is bad, and why: the rules are those of wandb's client.
void check(const RunOptions& options);

}  // namespace sconce
