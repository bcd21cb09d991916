#pragma once

#include <cstddef>
#include <cstdint>

namespace sconce::media {

/// Rows of samples in host memory, contiguous, channels last.
struct PixelView {
  const std::uint8_t* data = nullptr;  ///< for 16 bits: big-endian pairs, as PNG stores them
  std::int64_t width = 0;              ///< 1 to 65500, as height
  std::int64_t height = 0;
  int channels = 0;   ///< 1 grey, 2 grey + alpha, 3 RGB, 4 RGBA
  int bit_depth = 8;  ///< 8, or 16 for grey
};

}  // namespace sconce::media
