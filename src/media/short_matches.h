#pragma once

#include <cstddef>
#include <cstdint>

#include "media/matches.h"
#include "media/simd.h"

namespace sconce::media {

/// Finds byte runs and repetitions of earlier bytes, for drawings: a position's bytes are looked up once, in a
/// table of where such bytes were last. `out` has room for max_matches(size); `bytes` must be readable for
/// kMatchSlack bytes past the end.
Matches find_short_matches(const std::uint8_t* bytes, std::size_t size, Match* out, Simd simd);

}  // namespace sconce::media
