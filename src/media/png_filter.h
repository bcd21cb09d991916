#pragma once

#include <cstddef>
#include <cstdint>

#include "media/pixel_view.h"
#include "media/simd.h"

namespace sconce::media {

/// The values are those of the PNG specification, section 9.2.
enum class PngFilter : std::uint8_t { None = 0, Sub = 1, Up = 2, Average = 3, Paeth = 4 };

std::size_t bytes_per_pixel(const PixelView& pixels);
std::size_t bytes_per_row(const PixelView& pixels);

/// Writes `rows` rows from `first_row` on, each behind its filter's byte. Row 0 has no row above: it gets the
/// filter that says the same without one.
void filter_rows(const PixelView& pixels, PngFilter filter, std::int64_t first_row, std::int64_t rows,
                 std::uint8_t* out, Simd simd);

/// The residuals of `size` bytes of a row from byte x on, as if the row began there.
void filter_piece(const PixelView& pixels, PngFilter filter, std::int64_t row, std::size_t x, std::size_t size,
                  std::uint8_t* out, Simd simd);

/// The sum of the residuals' magnitudes, which follows the size they will take.
std::uint64_t sum_of_magnitudes(const std::uint8_t* residuals, std::size_t size, Simd simd);

}  // namespace sconce::media
