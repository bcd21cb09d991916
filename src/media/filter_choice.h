#pragma once

#include <cstdint>
#include <optional>

#include "media/pixel_view.h"
#include "media/png_filter.h"
#include "media/simd.h"

namespace sconce::media {

/// How to write a picture, by a sample of it.
struct FilterChoice {
  std::optional<PngFilter> filter;  ///< of the whole picture; without one each part of it gets the cheapest
  bool short_matches = false;       ///< a drawing, whose patterns come back where no filter disturbs them
};

FilterChoice choose_filter(const PixelView& pixels, Simd simd);

/// The filter whose residuals are smallest in a sample of these rows.
PngFilter cheapest_filter(const PixelView& pixels, std::int64_t first_row, std::int64_t rows, Simd simd);

/// Writes rows, each behind its filter's byte and with the filter whose residuals are smallest in it.
void filter_row_by_row(const PixelView& pixels, std::int64_t first_row, std::int64_t rows, std::uint8_t* out,
                       Simd simd);

}  // namespace sconce::media
