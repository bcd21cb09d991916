#include "media/png_filter.h"

#include <algorithm>
#include <cstring>

#if SCONCE_X86_SIMD
#include <immintrin.h>
#endif

namespace sconce::media {
namespace {

using Byte = std::uint8_t;

#define SCONCE_INLINE [[gnu::always_inline]] inline

// The residuals are written once, for any number of bytes at a time: V is a byte, or bytes side by side as GCC and
// Clang have them, whose operators and comparisons work on each. A function with the right target turns them into
// the instructions of that target.
#if SCONCE_X86_SIMD
#pragma GCC diagnostic ignored "-Wpsabi"  // how vectors are returned: here every such call is inlined
using Bytes16 [[gnu::vector_size(16)]] = Byte;
using Bytes32 [[gnu::vector_size(32)]] = Byte;
#endif

template <class V>
SCONCE_INLINE void load(const Byte* from, V& to) {
  std::memcpy(&to, from, sizeof to);
}

template <class V>
SCONCE_INLINE V least(const V& a, const V& b) {
  return a < b ? a : b;
}

template <class V>
SCONCE_INLINE V most(const V& a, const V& b) {
  return a > b ? a : b;
}

/// The pixels come from memory faster than a processor fetches them by itself.
SCONCE_INLINE void prefetch(const Byte* pixels) {
#if defined(__GNUC__)
  constexpr std::size_t kAhead = 1024;
  __builtin_prefetch(pixels + kAhead);
#else
  static_cast<void>(pixels);
#endif
}

/// Paeth's choice without leaving eight bits: with a-c and b-c of opposite signs |a+b-2c| is the difference of
/// their magnitudes, and otherwise it is not the smallest. Ties go to a, then to b. Every comparison has the form
/// of an instruction: there is none for unsigned "less".
template <class V>
SCONCE_INLINE V paeth(const V& a, const V& b, const V& c) {
  const V above_b = most(b, c);
  const V above_a = most(a, c);
  const V to_a = static_cast<V>(above_b - least(b, c));
  const V to_b = static_cast<V>(above_a - least(a, c));
  const V nearest = least(to_a, to_b);
  const V to_c = static_cast<V>(most(to_a, to_b) - nearest);
  const auto opposite = (above_a == a) != (above_b == b);
  const auto c_is_far = most(to_c, nearest) == to_c;
  const V near = nearest == to_a ? a : b;
  return c_is_far ? near : opposite ? c : near;
}

/// Of bytes, the ones to their left, above them, and above those on the left.
template <PngFilter kFilter, class V>
SCONCE_INLINE V residual(const V& x, const V& left, const V& up, const V& corner) {
  switch (kFilter) {
    case PngFilter::Sub:
      return static_cast<V>(x - left);
    case PngFilter::Up:
      return static_cast<V>(x - up);
    case PngFilter::Average:
      // floor((left + up) / 2) in eight bits
      return static_cast<V>(x - static_cast<V>((left & up) + static_cast<V>((left ^ up) >> 1)));
    case PngFilter::Paeth:
      return static_cast<V>(x - paeth(left, up, corner));
    default:
      return x;
  }
}

template <PngFilter kFilter, class V>
SCONCE_INLINE void filter_at(const Byte* row, const Byte* above, std::size_t pixel, Byte* out) {
  V x, left, up, corner;
  load(row, x);
  load(row - pixel, left);
  load(above, up);
  load(above - pixel, corner);
  const V filtered = residual<kFilter>(x, left, up, corner);
  std::memcpy(out, &filtered, sizeof filtered);
}

template <PngFilter kFilter, class V>
SCONCE_INLINE void filter_row(const Byte* row, const Byte* above, std::size_t pixel, std::size_t size, Byte* out) {
  const std::size_t first = std::min(pixel, size);
  for (std::size_t i = 0; i < first; ++i) {
    out[i] = residual<kFilter, Byte>(row[i], 0, above[i], 0);
  }
  std::size_t i = first;
  for (; i + sizeof(V) <= size; i += sizeof(V)) {
    prefetch(row + i);
    filter_at<kFilter, V>(row + i, above + i, pixel, out + i);
  }
  if (i < size && size >= first + sizeof(V)) {  // the last ones overlap those before
    i = size - sizeof(V);
    return filter_at<kFilter, V>(row + i, above + i, pixel, out + i);
  }
  for (; i < size; ++i) filter_at<kFilter, Byte>(row + i, above + i, pixel, out + i);
}

template <class V>
SCONCE_INLINE void filter_row(PngFilter filter, const Byte* row, const Byte* above, std::size_t pixel,
                              std::size_t size, Byte* out) {
  switch (filter) {
    case PngFilter::Sub:
      return filter_row<PngFilter::Sub, V>(row, above, pixel, size, out);
    case PngFilter::Up:
      return filter_row<PngFilter::Up, V>(row, above, pixel, size, out);
    case PngFilter::Average:
      return filter_row<PngFilter::Average, V>(row, above, pixel, size, out);
    case PngFilter::Paeth:
      return filter_row<PngFilter::Paeth, V>(row, above, pixel, size, out);
    case PngFilter::None:
      std::copy(row, row + size, out);
  }
}

SCONCE_INLINE std::uint64_t sum_magnitudes_portable(const Byte* residuals, std::size_t size) {
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < size; ++i) sum += least(residuals[i], static_cast<Byte>(-residuals[i]));
  return sum;
}

void filter_row_portable(PngFilter filter, const Byte* row, const Byte* above, std::size_t pixel, std::size_t size,
                         Byte* out) {
  filter_row<Byte>(filter, row, above, pixel, size, out);
}

#if SCONCE_X86_SIMD
void filter_row_sse2(PngFilter filter, const Byte* row, const Byte* above, std::size_t pixel, std::size_t size,
                     Byte* out) {
  filter_row<Bytes16>(filter, row, above, pixel, size, out);
}

SCONCE_TARGET_AVX2 void filter_row_avx2(PngFilter filter, const Byte* row, const Byte* above, std::size_t pixel,
                                        std::size_t size, Byte* out) {
  filter_row<Bytes32>(filter, row, above, pixel, size, out);
}

std::uint64_t sum_magnitudes_sse2(const Byte* residuals, std::size_t size) {
  __m128i sums = _mm_setzero_si128();
  std::size_t i = 0;
  for (; i + sizeof sums <= size; i += sizeof sums) {
    const __m128i r = _mm_loadu_si128(reinterpret_cast<const __m128i*>(residuals + i));
    const __m128i zero = _mm_setzero_si128();
    sums = _mm_add_epi64(sums, _mm_sad_epu8(_mm_min_epu8(r, _mm_sub_epi8(zero, r)), zero));
  }
  const auto sum =
      static_cast<std::uint64_t>(_mm_cvtsi128_si64(_mm_add_epi64(sums, _mm_unpackhi_epi64(sums, sums))));
  return sum + sum_magnitudes_portable(residuals + i, size - i);
}

SCONCE_TARGET_AVX2 std::uint64_t sum_magnitudes_avx2(const Byte* residuals, std::size_t size) {
  __m256i sums = _mm256_setzero_si256();
  std::size_t i = 0;
  for (; i + sizeof sums <= size; i += sizeof sums) {
    const __m256i r = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(residuals + i));
    const __m256i zero = _mm256_setzero_si256();
    sums = _mm256_add_epi64(sums, _mm256_sad_epu8(_mm256_min_epu8(r, _mm256_sub_epi8(zero, r)), zero));
  }
  const __m128i halves = _mm_add_epi64(_mm256_castsi256_si128(sums), _mm256_extracti128_si256(sums, 1));
  const auto sum =
      static_cast<std::uint64_t>(_mm_cvtsi128_si64(_mm_add_epi64(halves, _mm_unpackhi_epi64(halves, halves))));
  return sum + sum_magnitudes_portable(residuals + i, size - i);
}
#endif

using FilterRow = decltype(&filter_row_portable);

FilterRow row_filter(Simd simd) {
#if SCONCE_X86_SIMD
  if (simd >= Simd::Avx2) return filter_row_avx2;
  if (simd >= Simd::Sse2) return filter_row_sse2;
#else
  static_cast<void>(simd);
#endif
  return filter_row_portable;
}

PngFilter without_row_above(PngFilter filter) {
  switch (filter) {
    case PngFilter::Paeth:
    case PngFilter::Average:
      return PngFilter::Sub;
    case PngFilter::Up:
      return PngFilter::None;
    default:
      return filter;
  }
}

}  // namespace

std::size_t bytes_per_pixel(const PixelView& pixels) {
  return static_cast<std::size_t>(pixels.channels) * static_cast<std::size_t>(pixels.bit_depth / 8);
}

std::size_t bytes_per_row(const PixelView& pixels) {
  return static_cast<std::size_t>(pixels.width) * bytes_per_pixel(pixels);
}

void filter_piece(const PixelView& pixels, PngFilter filter, std::int64_t row, std::size_t x, std::size_t size,
                  Byte* out, Simd simd) {
  const std::size_t row_size = bytes_per_row(pixels);
  const Byte* const from = pixels.data + static_cast<std::size_t>(row) * row_size + x;
  const PngFilter used = row == 0 ? without_row_above(filter) : filter;
  row_filter(simd)(used, from, row == 0 ? from : from - row_size, bytes_per_pixel(pixels), size, out);
}

void filter_rows(const PixelView& pixels, PngFilter filter, std::int64_t first_row, std::int64_t rows, Byte* out,
                 Simd simd) {
  const std::size_t size = bytes_per_row(pixels);
  for (std::int64_t y = first_row; y < first_row + rows; ++y) {
    *out++ = static_cast<Byte>(y == 0 ? without_row_above(filter) : filter);
    filter_piece(pixels, filter, y, 0, size, out, simd);
    out += size;
  }
}

std::uint64_t sum_of_magnitudes(const Byte* residuals, std::size_t size, Simd simd) {
#if SCONCE_X86_SIMD
  if (simd >= Simd::Avx2) return sum_magnitudes_avx2(residuals, size);
  if (simd >= Simd::Sse2) return sum_magnitudes_sse2(residuals, size);
#else
  static_cast<void>(simd);
#endif
  return sum_magnitudes_portable(residuals, size);
}

}  // namespace sconce::media
