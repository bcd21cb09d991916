#include "media/short_matches.h"

#include <algorithm>
#include <array>

#include "media/load64.h"
#include "png/deflate_symbols.h"

#if SCONCE_X86_SIMD
#include <immintrin.h>
#endif

namespace sconce::media {
namespace {

using Byte = std::uint8_t;

constexpr unsigned kTableBits = 12;
constexpr unsigned kShortest = 3;
constexpr unsigned kShortestRun = 4;
constexpr std::size_t kAtOnce = 8;
constexpr std::size_t kCompared = 32;

/// The first bytes of eight, shifted to the top.
std::uint64_t first_bytes(std::uint64_t eight, unsigned n) { return eight << (64 - 8 * n); }

std::size_t slot(std::uint64_t here) {
  constexpr std::uint64_t kMultiplier = 0x9e3779b97f4a7c15;
  return static_cast<std::size_t>(first_bytes(here, kShortest) * kMultiplier >> (64 - kTableBits));
}

/// How many bytes equal those `distance` before them, of 32.
struct PortableSame {
  std::size_t operator()(const Byte* a, const Byte* b) const {
    for (std::size_t i = 0; i < kCompared; i += kAtOnce) {
      const std::uint64_t differs = load64(a + i) ^ load64(b + i);
      if (differs != 0) return i + static_cast<std::size_t>(__builtin_ctzll(differs)) / 8;
    }
    return kCompared;
  }
};

#if SCONCE_X86_SIMD
struct Sse2Same {
  std::size_t operator()(const Byte* a, const Byte* b) const {
    const std::uint32_t same = sixteen(a, b) | sixteen(a + 16, b + 16) << 16;
    return same == 0xffffffff ? kCompared : static_cast<std::size_t>(__builtin_ctz(~same));
  }

 private:
  static std::uint32_t sixteen(const Byte* a, const Byte* b) {
    return static_cast<std::uint32_t>(
        _mm_movemask_epi8(_mm_cmpeq_epi8(_mm_loadu_si128(reinterpret_cast<const __m128i*>(a)),
                                         _mm_loadu_si128(reinterpret_cast<const __m128i*>(b)))));
  }
};

struct Avx2Same {
  SCONCE_TARGET_AVX2 std::size_t operator()(const Byte* a, const Byte* b) const {
    const __m256i equal = _mm256_cmpeq_epi8(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(a)),
                                            _mm256_loadu_si256(reinterpret_cast<const __m256i*>(b)));
    return _tzcnt_u32(~static_cast<std::uint32_t>(_mm256_movemask_epi8(equal)));
  }
};
#endif

template <class Same>
[[gnu::always_inline]] inline std::size_t same_bytes(const Byte* a, const Byte* b, std::size_t most, Same same) {
  for (std::size_t i = 0; i < most; i += kCompared) {
    const std::size_t n = same(a + i, b + i);
    if (n < kCompared) return std::min(most, i + n);
  }
  return most;
}

template <class Same>
[[gnu::always_inline]] inline Matches find_matches(const Byte* bytes, std::size_t size, Match* out, Same same) {
  std::array<std::uint32_t, std::size_t{1} << kTableBits> last{};  // where such bytes were; 0 is as good as any
  const Match* const first = out;
  std::size_t literals_from = 0;
  std::size_t matched = 0;
  for (std::size_t at = 1; at + kAtOnce <= size;) {
    const std::uint64_t here = load64(bytes + at);
    std::size_t from = at - 1;
    if (first_bytes(here ^ load64(bytes + from), kShortestRun) != 0) {
      std::uint32_t& entry = last[slot(here)];
      from = entry;
      entry = static_cast<std::uint32_t>(at);
      const std::uint64_t differs = here ^ load64(bytes + from);
      if (first_bytes(differs, kShortest) != 0 || at - from > png::kMaxDistance) {
        ++at;
        continue;
      }
      // Most matches are a grey pixel of three bytes. Guessing that, a processor goes on before it has compared.
      if (first_bytes(differs, kShortest + 1) != 0) {
        out = put_match_at(out, at - literals_from, kShortest, at - from);
        matched += kShortest;
        literals_from = at = at + kShortest;
        continue;
      }
    }
    const std::size_t length = same_bytes(bytes + at, bytes + from, size - at, same);
    out = put_match_at(out, at - literals_from, length, at - from);
    matched += length;
    literals_from = at = at + length;
  }
  return {first, out, matched};
}

#if SCONCE_X86_SIMD
SCONCE_TARGET_AVX2 Matches find_matches_avx2(const Byte* bytes, std::size_t size, Match* out) {
  return find_matches(bytes, size, out, Avx2Same());
}
#endif

}  // namespace

Matches find_short_matches(const Byte* bytes, std::size_t size, Match* out, Simd simd) {
#if SCONCE_X86_SIMD
  if (simd >= Simd::Avx2) return find_matches_avx2(bytes, size, out);
  if (simd >= Simd::Sse2) return find_matches(bytes, size, out, Sse2Same());
#else
  static_cast<void>(simd);
#endif
  return find_matches(bytes, size, out, PortableSame());
}

}  // namespace sconce::media
