#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "media/byte_runs.h"

namespace sconce::media {

/// Finds byte runs and repetitions of earlier bytes, for drawings: a position's bytes are looked up once, in a
/// table of where such bytes were last. `bytes` must be readable for kRunSlack bytes past the end.
void find_short_matches(const std::uint8_t* bytes, std::size_t size, std::vector<Match>& matches);

}  // namespace sconce::media
