#include "media/byte_runs.h"

#include <algorithm>

#include "media/load64.h"

#if SCONCE_X86_SIMD
#include <immintrin.h>
#endif

namespace sconce::media {
namespace {

using Byte = std::uint8_t;

/// Bit i says whether bytes[i] equals the byte before it.
struct PortableRepeats {
  std::uint32_t operator()(const Byte* bytes) const {
    constexpr std::uint64_t kLow7 = 0x7f7f7f7f7f7f7f7f;
    constexpr std::uint64_t kGather = 0x0102040810204080;
    std::uint32_t mask = 0;
    for (std::size_t i = 0; i < 4; ++i) {
      const std::uint64_t differs = load64(bytes + 8 * i) ^ load64(bytes + 8 * i - 1);
      const std::uint64_t zero_bytes = ~(((differs & kLow7) + kLow7) | differs | kLow7);
      mask |= static_cast<std::uint32_t>((zero_bytes >> 7) * kGather >> 56) << (8 * i);
    }
    return mask;
  }
};

#if SCONCE_X86_SIMD
struct Sse2Repeats {
  std::uint32_t operator()(const Byte* bytes) const { return sixteen(bytes) | sixteen(bytes + 16) << 16; }

 private:
  static std::uint32_t sixteen(const Byte* bytes) {
    const __m128i here = _mm_loadu_si128(reinterpret_cast<const __m128i*>(bytes));
    const __m128i before = _mm_loadu_si128(reinterpret_cast<const __m128i*>(bytes - 1));
    return static_cast<std::uint32_t>(_mm_movemask_epi8(_mm_cmpeq_epi8(here, before)));
  }
};

struct Avx2Repeats {
  SCONCE_TARGET_AVX2 std::uint32_t operator()(const Byte* bytes) const {
    const __m256i here = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(bytes));
    const __m256i before = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(bytes - 1));
    return static_cast<std::uint32_t>(_mm256_movemask_epi8(_mm256_cmpeq_epi8(here, before)));
  }
};
#endif

/// The first position from `from` on whose byte differs from the one before it, or size.
template <class Repeats>
[[gnu::always_inline]] inline std::size_t run_end(const Byte* bytes, std::size_t from, std::size_t size,
                                                  Repeats repeats) {
  for (; from < size; from += 32) {
    const std::uint32_t mask = repeats(bytes + from);
    if (mask != 0xffffffff) return std::min(size, from + static_cast<std::size_t>(__builtin_ctz(~mask)));
  }
  return size;
}

template <class Repeats>
[[gnu::always_inline]] inline Matches find_runs(const Byte* bytes, std::size_t size, std::size_t min_run,
                                                Match* out, Repeats repeats) {
  const std::size_t third_shift = std::min<std::size_t>(4, min_run - 4);
  const std::size_t fourth_shift = min_run - 4 - third_shift;
  const Match* const first = out;
  std::size_t literals_from = 0;
  std::size_t matched = 0;
  std::uint32_t last_mask = 0;
  for (std::size_t i = 1; i < size;) {
    const std::uint32_t mask = repeats(bytes + i);
    std::uint64_t starts = static_cast<std::uint64_t>(mask) << 32 | last_mask;
    starts &= starts >> 1;
    starts &= starts >> 2;
    starts &= starts >> third_shift;
    starts &= starts >> fourth_shift;
    if (starts == 0) {
      last_mask = mask;
      i += 32;
      continue;
    }
    const std::size_t start = i + static_cast<std::size_t>(__builtin_ctzll(starts)) - 32;
    const std::size_t end = run_end(bytes, start + min_run, size, repeats);
    if (end < start + min_run) break;  // it lies in the slack
    out = put_match_at(out, start - literals_from, end - start, 1);
    matched += end - start;
    literals_from = i = end;
    last_mask = 0;
  }
  return {first, out, matched};
}

#if SCONCE_X86_SIMD
SCONCE_TARGET_AVX2 Matches find_runs_avx2(const Byte* bytes, std::size_t size, std::size_t min_run, Match* out) {
  return find_runs(bytes, size, min_run, out, Avx2Repeats());
}
#endif

}  // namespace

Matches find_byte_runs(const Byte* bytes, std::size_t size, std::size_t min_run, Match* out, Simd simd) {
#if SCONCE_X86_SIMD
  if (simd >= Simd::Avx2) return find_runs_avx2(bytes, size, min_run, out);
  if (simd >= Simd::Sse2) return find_runs(bytes, size, min_run, out, Sse2Repeats());
#else
  static_cast<void>(simd);
#endif
  return find_runs(bytes, size, min_run, out, PortableRepeats());
}

}  // namespace sconce::media
