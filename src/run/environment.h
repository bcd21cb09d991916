#pragma once

#include "sconce/run.h"

namespace sconce {

/// options, with what they leave unset taken from wandb's variables WANDB_ENTITY, WANDB_PROJECT, WANDB_NAME,
/// WANDB_NOTES, WANDB_TAGS (separated by commas), WANDB_RUN_ID, WANDB_RUN_GROUP, WANDB_JOB_TYPE, WANDB_DIR and
/// WANDB_MODE, and otherwise from sconce's defaults. An empty variable is an unset one.
RunOptions with_environment(RunOptions options);

}  // namespace sconce
