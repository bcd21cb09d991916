#pragma once

#include <cstdint>
#include <vector>

namespace sconce::test {

/// The samples of a PNG as the file holds them, one byte each, or two, big-endian, for 16 bits; a palette's are
/// its indices.
struct DecodedPng {
  std::int64_t width = 0;
  std::int64_t height = 0;
  int channels = 0;
  int bit_depth = 0;
  std::vector<std::uint8_t> pixels;
};

/// Decodes with libpng, and throws std::runtime_error on whatever libpng warns about.
DecodedPng decode_png(const std::vector<std::uint8_t>& bytes);

}  // namespace sconce::test
