#pragma once

#include <cstddef>
#include <cstdint>

#include "media/matches.h"
#include "media/simd.h"

namespace sconce::media {

/// Finds every longest run of equal bytes whose repetition is min_run bytes or more, as matches of distance 1.
/// min_run: 5 to 16. `out` has room for max_matches(size); `bytes` must be readable for kMatchSlack bytes past the
/// end.
Matches find_byte_runs(const std::uint8_t* bytes, std::size_t size, std::size_t min_run, Match* out, Simd simd);

}  // namespace sconce::media
