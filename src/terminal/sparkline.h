#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace sconce::terminal {

/// Values as bars of eight heights from their least to their greatest, as wandb draws them: of more values than
/// columns every so manieth, what is not finite as a space, and all on the ground where all are equal. Empty if no
/// value is finite.
std::string sparkline(const std::vector<double>& values, std::size_t columns);

}  // namespace sconce::terminal
