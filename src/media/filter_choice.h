#pragma once

#include "media/png.h"
#include "media/png_filter.h"
#include "media/simd.h"

namespace sconce::media {

/// How to write a picture, by a sample of its rows.
struct FilterChoice {
  PngFilter filter;
  bool short_matches;  ///< a drawing, whose patterns come back
};

/// `scratch` is room for a row.
FilterChoice choose_filter(const PixelView& pixels, std::uint8_t* scratch, Simd simd);

}  // namespace sconce::media
