#include "media/short_matches.h"

#include <algorithm>
#include <array>

#include "media/deflate_symbols.h"
#include "media/load64.h"

namespace sconce::media {
namespace {

using Byte = std::uint8_t;

constexpr unsigned kTableBits = 12;
constexpr unsigned kShortest = 3;
constexpr unsigned kShortestRun = 4;
constexpr std::size_t kAtOnce = 8;

/// The first bytes of eight, shifted to the top.
std::uint64_t first_bytes(std::uint64_t eight, unsigned n) { return eight << (64 - 8 * n); }

std::size_t slot(std::uint64_t here) {
  constexpr std::uint64_t kMultiplier = 0x9e3779b97f4a7c15;
  return static_cast<std::size_t>(first_bytes(here, kShortest) * kMultiplier >> (64 - kTableBits));
}

std::size_t same_bytes(const Byte* a, const Byte* b, std::size_t most) {
  for (std::size_t i = 0; i < most; i += kAtOnce) {
    const std::uint64_t differs = load64(a + i) ^ load64(b + i);
    if (differs != 0) return std::min(most, i + static_cast<std::size_t>(__builtin_ctzll(differs)) / 8);
  }
  return most;
}

}  // namespace

void find_short_matches(const Byte* bytes, std::size_t size, std::vector<Match>& matches) {
  std::array<std::uint32_t, std::size_t{1} << kTableBits> last{};  // where such bytes were; 0 is as good as any
  std::size_t literals_from = 0;
  for (std::size_t at = 1; at + kAtOnce <= size;) {
    const std::uint64_t here = load64(bytes + at);
    std::size_t from = at - 1;
    if (first_bytes(here ^ load64(bytes + from), kShortestRun) != 0) {
      std::uint32_t& entry = last[slot(here)];
      from = entry;
      entry = static_cast<std::uint32_t>(at);
      if (first_bytes(here ^ load64(bytes + from), kShortest) != 0 || at - from > kMaxDistance) {
        ++at;
        continue;
      }
    }
    const std::size_t length = same_bytes(bytes + at, bytes + from, size - at);
    matches.push_back({static_cast<std::uint32_t>(at - literals_from), static_cast<std::uint32_t>(length),
                       static_cast<std::uint32_t>(at - from)});
    literals_from = at = at + length;
  }
}

}  // namespace sconce::media
