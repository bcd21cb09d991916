#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "media/simd.h"

namespace sconce::media {

/// `literals` bytes as they are, then `length` bytes that equal those `distance` before them.
struct Match {
  std::uint32_t literals;
  std::uint32_t length;  ///< may be longer than one DEFLATE match
  std::uint32_t distance;
};

/// Shorter runs are no matches: zeros have short codes of their own.
constexpr std::size_t kMinRun = 16;

/// Finds every longest run of equal bytes whose repetition is kMinRun bytes or more, as matches of distance 1.
/// What comes behind the last is literals. `bytes` must be readable for kRunSlack bytes past the end.
void find_byte_runs(const std::uint8_t* bytes, std::size_t size, std::vector<Match>& matches, Simd simd);

constexpr std::size_t kRunSlack = 32;

}  // namespace sconce::media
