#pragma once

#include <string>
#include <utility>
#include <vector>

namespace sconce::system {

/// Values that were sampled at one moment, by the keys that W&B has for them.
using Metrics = std::vector<std::pair<std::string, double>>;

}  // namespace sconce::system
