#pragma once

#include <cstdint>
#include <vector>

namespace sconce::media {

/// Rows of samples in host memory, contiguous, channels last.
struct PixelView {
  const std::uint8_t* data = nullptr;  ///< for 16 bits: big-endian pairs, as PNG stores them
  std::int64_t width = 0;
  std::int64_t height = 0;
  int channels = 0;  ///< 1 grey, 2 grey + alpha, 3 RGB, 4 RGBA
  int bit_depth = 8;  ///< 8, or 16 for grey
};

/// A PNG file of these pixels. Throws std::runtime_error with libpng's words; std::bad_alloc.
std::vector<std::uint8_t> encode_png(const PixelView& pixels);

struct PngSize {
  std::int64_t width = 0;
  std::int64_t height = 0;
};

/// Decodes a whole PNG row by row, keeping nothing, and returns its size. Throws std::runtime_error that says what is
/// broken, or that it has more pixels than max_pixels.
PngSize check_png(const std::uint8_t* bytes, std::size_t size, std::int64_t max_pixels);

}  // namespace sconce::media
