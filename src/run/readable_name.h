#pragma once

#include <filesystem>
#include <string>

namespace sconce {

/// A name to speak of a run, as wandb gives them: "amber-lantern-12". The number counts the runs in dir.
std::string readable_name(const std::filesystem::path& dir);

}  // namespace sconce
