#pragma once

#include "sconce/run.h"

namespace sconce {

/// Throws c10::ValueError that says which option is bad, and why: the rules are those of wandb's client.
void check(const RunOptions& options);

}  // namespace sconce
