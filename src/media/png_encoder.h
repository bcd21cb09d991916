#pragma once

#include <cstdint>
#include <vector>

#include "media/pixel_view.h"
#include "media/simd.h"
#include "sconce/compression.h"

namespace sconce::media {

/// A PNG file of these pixels: the header, the data, and no ancillary chunk. Throws std::runtime_error that says
/// what is no picture; std::bad_alloc. Thread-safe; a thread keeps about two megabytes from picture to picture.
std::vector<std::uint8_t> encode_png(const PixelView& pixels, Compression compression);

/// The same bytes with no newer instructions than these.
std::vector<std::uint8_t> encode_png(const PixelView& pixels, Compression compression, Simd simd);

}  // namespace sconce::media
