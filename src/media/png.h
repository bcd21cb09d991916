#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "sconce/compression.h"

namespace sconce::media {

/// Rows of samples in host memory, contiguous, channels last.
struct PixelView {
  const std::uint8_t* data = nullptr;  ///< for 16 bits: big-endian pairs, as PNG stores them
  std::int64_t width = 0;              ///< 1 to 65500, as height
  std::int64_t height = 0;
  int channels = 0;   ///< 1 grey, 2 grey + alpha, 3 RGB, 4 RGBA
  int bit_depth = 8;  ///< 8, or 16 for grey
};

/// A PNG file of these pixels: the header, the data, and no ancillary chunk. Throws std::runtime_error that says
/// what is no picture, or with libpng's words; std::bad_alloc.
std::vector<std::uint8_t> encode_png(const PixelView& pixels, Compression compression);

struct PngSize {
  std::int64_t width = 0;
  std::int64_t height = 0;
};

/// Decodes a whole PNG row by row, keeping nothing, and returns its size; what follows IEND is not looked at.
/// Throws std::runtime_error that says what is broken, or that it has more pixels than max_pixels. No side may
/// exceed a million, libpng's own default limit, which bounds the memory that a row takes.
PngSize check_png(const std::uint8_t* bytes, std::size_t size, std::int64_t max_pixels);

}  // namespace sconce::media
