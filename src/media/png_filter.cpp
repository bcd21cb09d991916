#include "media/png_filter.h"

#include <algorithm>
#include <cstdlib>

namespace sconce::media {
namespace {

using Byte = std::uint8_t;

#define SCONCE_INLINE [[gnu::always_inline]] inline

// The loops below have a fixed length so that every compiler turns them into vectors.
constexpr std::size_t kChunk = 64;

/// Paeth's choice without leaving eight bits: with a-c and b-c of opposite signs |a+b-2c| is the difference of
/// their magnitudes, and otherwise it is not the smallest. Ties go to a, then to b.
SCONCE_INLINE Byte paeth(Byte a, Byte b, Byte c) {
  const Byte to_a = static_cast<Byte>(std::max(b, c) - std::min(b, c));
  const Byte to_b = static_cast<Byte>(std::max(a, c) - std::min(a, c));
  const Byte to_c = static_cast<Byte>(std::max(to_a, to_b) - std::min(to_a, to_b));
  const Byte nearer = to_a <= to_b ? a : b;
  const Byte nearest = to_c < std::min(to_a, to_b) ? c : nearer;
  const Byte a_above = a > c ? 0xff : 0;
  const Byte b_above = b > c ? 0xff : 0;
  return a_above != b_above ? nearest : nearer;
}

/// Of a byte, the one to its left, above it, and above that one.
template <PngFilter kFilter>
SCONCE_INLINE Byte residual(Byte x, Byte left, Byte up, Byte corner) {
  switch (kFilter) {
    case PngFilter::Sub:
      return static_cast<Byte>(x - left);
    case PngFilter::Up:
      return static_cast<Byte>(x - up);
    case PngFilter::Average:
      // floor((left + up) / 2) in eight bits
      return static_cast<Byte>(x - static_cast<Byte>((left & up) + static_cast<Byte>((left ^ up) >> 1)));
    case PngFilter::Paeth:
      return static_cast<Byte>(x - paeth(left, up, corner));
    default:
      return x;
  }
}

template <PngFilter kFilter>
SCONCE_INLINE void filter_chunk(const Byte* __restrict row, const Byte* __restrict above, std::size_t pixel,
                                Byte* __restrict out) {
  for (std::size_t i = 0; i < kChunk; ++i) {
    out[i] = residual<kFilter>(row[i], *(row + i - pixel), above[i], *(above + i - pixel));
  }
}

template <PngFilter kFilter>
SCONCE_INLINE void filter_row(const Byte* row, const Byte* above, std::size_t pixel, std::size_t size, Byte* out) {
  const std::size_t first = std::min(pixel, size);
  for (std::size_t i = 0; i < first; ++i) out[i] = residual<kFilter>(row[i], 0, above[i], 0);
  std::size_t i = first;
  for (; i + kChunk <= size; i += kChunk) filter_chunk<kFilter>(row + i, above + i, pixel, out + i);
  if (i == size) return;
  if (size >= first + kChunk) {  // the last chunk overlaps the one before it
    i = size - kChunk;
    filter_chunk<kFilter>(row + i, above + i, pixel, out + i);
    return;
  }
  for (; i < size; ++i) out[i] = residual<kFilter>(row[i], row[i - pixel], above[i], above[i - pixel]);
}

SCONCE_INLINE void filter_row(PngFilter filter, const Byte* row, const Byte* above, std::size_t pixel,
                              std::size_t size, Byte* out) {
  switch (filter) {
    case PngFilter::Sub:
      return filter_row<PngFilter::Sub>(row, above, pixel, size, out);
    case PngFilter::Up:
      return filter_row<PngFilter::Up>(row, above, pixel, size, out);
    case PngFilter::Average:
      return filter_row<PngFilter::Average>(row, above, pixel, size, out);
    case PngFilter::Paeth:
      return filter_row<PngFilter::Paeth>(row, above, pixel, size, out);
    case PngFilter::None:
      std::copy(row, row + size, out);
  }
}

SCONCE_INLINE std::uint64_t sum_magnitudes(const Byte* residuals, std::size_t size) {
  std::uint64_t sum = 0;
  std::size_t i = 0;
  for (; i + kChunk <= size; i += kChunk) {
    std::uint32_t chunk = 0;
    for (std::size_t j = 0; j < kChunk; ++j) {
      const Byte r = residuals[i + j];
      chunk += std::min(r, static_cast<Byte>(-r));
    }
    sum += chunk;
  }
  for (; i < size; ++i) sum += std::min(residuals[i], static_cast<Byte>(-residuals[i]));
  return sum;
}

void filter_row_portable(PngFilter filter, const Byte* row, const Byte* above, std::size_t pixel, std::size_t size,
                         Byte* out) {
  filter_row(filter, row, above, pixel, size, out);
}

#if SCONCE_X86_SIMD
SCONCE_TARGET_AVX2 void filter_row_avx2(PngFilter filter, const Byte* row, const Byte* above, std::size_t pixel,
                                        std::size_t size, Byte* out) {
  filter_row(filter, row, above, pixel, size, out);
}

SCONCE_TARGET_AVX2 std::uint64_t sum_magnitudes_avx2(const Byte* residuals, std::size_t size) {
  return sum_magnitudes(residuals, size);
}
#endif

using FilterRow = decltype(&filter_row_portable);

FilterRow row_filter(Simd simd) {
#if SCONCE_X86_SIMD
  if (simd >= Simd::Avx2) return filter_row_avx2;
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

void filter_rows(const PixelView& pixels, PngFilter filter, std::int64_t first_row, std::int64_t rows, Byte* out,
                 Simd simd) {
  const FilterRow run = row_filter(simd);
  const std::size_t pixel = bytes_per_pixel(pixels);
  const std::size_t size = bytes_per_row(pixels);
  for (std::int64_t y = first_row; y < first_row + rows; ++y) {
    const Byte* row = pixels.data + static_cast<std::size_t>(y) * size;
    const PngFilter used = y == 0 ? without_row_above(filter) : filter;
    *out++ = static_cast<Byte>(used);
    run(used, row, y == 0 ? row : row - size, pixel, size, out);
    out += size;
  }
}

std::uint64_t sum_of_magnitudes(const Byte* residuals, std::size_t size, Simd simd) {
#if SCONCE_X86_SIMD
  if (simd >= Simd::Avx2) return sum_magnitudes_avx2(residuals, size);
#else
  static_cast<void>(simd);
#endif
  return sum_magnitudes(residuals, size);
}

}  // namespace sconce::media
