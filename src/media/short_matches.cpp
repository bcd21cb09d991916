#include "media/short_matches.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "media/deflate_symbols.h"

namespace sconce::media {
namespace {

using Byte = std::uint8_t;

constexpr unsigned kTableBits = 12;
constexpr std::size_t kShortest = 3;
constexpr std::size_t kAtOnce = 8;

std::uint64_t load64(const Byte* bytes) {
  std::uint64_t value;
  std::memcpy(&value, bytes, sizeof value);
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
  value = __builtin_bswap64(value);
#endif
  return value;
}

std::size_t slot(std::uint64_t here) {
  constexpr std::uint64_t kMultiplier = 0x9e3779b97f4a7c15;
  return static_cast<std::size_t>((here << (64 - 8 * kShortest)) * kMultiplier >> (64 - kTableBits));
}

/// How many of the first bytes are the same, but never all eight.
std::size_t same_of_eight(std::uint64_t a, std::uint64_t b) {
  constexpr std::uint64_t kLast = std::uint64_t{1} << 63;
  return static_cast<std::size_t>(__builtin_ctzll((a ^ b) | kLast)) / 8;
}

std::size_t same_bytes(const Byte* a, const Byte* b, std::size_t from, std::size_t most) {
  for (std::size_t i = from; i < most; i += kAtOnce) {
    const std::uint64_t differs = load64(a + i) ^ load64(b + i);
    if (differs != 0) return std::min(most, i + static_cast<std::size_t>(__builtin_ctzll(differs)) / 8);
  }
  return most;
}

}  // namespace

void find_short_matches(const Byte* bytes, std::size_t size, std::vector<Match>& matches) {
  std::array<std::uint32_t, std::size_t{1} << kTableBits> last{};  // where such bytes were
  std::size_t literals_from = 0;
  for (std::size_t at = 1; at + kAtOnce <= size;) {
    const std::uint64_t here = load64(bytes + at);
    std::uint32_t& entry = last[slot(here)];
    const std::size_t old = entry;
    entry = static_cast<std::uint32_t>(at);
    const std::size_t of_run = same_of_eight(here, load64(bytes + at - 1));
    const std::size_t of_old = at - old <= kMaxDistance ? same_of_eight(here, load64(bytes + old)) : 0;
    const std::size_t from = of_old > of_run ? old : at - 1;
    std::size_t length = std::max(of_old, of_run);
    if (length < kShortest) {
      ++at;
      continue;
    }
    if (length == kAtOnce - 1) length = same_bytes(bytes + at, bytes + from, length, size - at);
    matches.push_back({static_cast<std::uint32_t>(at - literals_from), static_cast<std::uint32_t>(length),
                       static_cast<std::uint32_t>(at - from)});
    literals_from = at = at + length;
  }
}

}  // namespace sconce::media
