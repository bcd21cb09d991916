#pragma once

#include <cstddef>
#include <cstdint>

namespace sconce::media {

struct PngSize {
  std::int64_t width = 0;
  std::int64_t height = 0;
};

/// Decodes a whole PNG row by row, keeping nothing, and returns its size; what follows IEND is not looked at.
/// Throws std::runtime_error that says what is broken, or that it has more pixels than max_pixels. No side may
/// exceed a million, libpng's own default limit, which bounds the memory that a row takes.
PngSize check_png(const std::uint8_t* bytes, std::size_t size, std::int64_t max_pixels);

}  // namespace sconce::media
