#pragma once

#include <cstdint>
#include <vector>

#include "media/png.h"
#include "media/simd.h"

namespace sconce::media {

/// A PNG file of these pixels at about a gigabyte a second: one filter for the image, byte runs and Huffman codes
/// made for every 128 KB. Throws std::runtime_error for what is no picture; std::bad_alloc.
std::vector<std::uint8_t> encode_png_fast(const PixelView& pixels);

/// The same bytes with no newer instructions than these.
std::vector<std::uint8_t> encode_png_fast(const PixelView& pixels, Simd simd);

}  // namespace sconce::media
