#pragma once

#include <cstddef>
#include <cstdint>

#include "media/matches.h"
#include "media/simd.h"

namespace sconce::media {

/// Shorter runs are no matches: zeros have short codes of their own.
constexpr std::size_t kMinRun = 10;

/// Finds every longest run of equal bytes whose repetition is kMinRun bytes or more, as matches of distance 1.
/// `out` has room for max_matches(size); `bytes` must be readable for kMatchSlack bytes past the end.
Matches find_byte_runs(const std::uint8_t* bytes, std::size_t size, Match* out, Simd simd);

}  // namespace sconce::media
