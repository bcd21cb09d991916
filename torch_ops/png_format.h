#pragma once

#include <ATen/ATen.h>

#include <cstdint>

#include "png/chunks.h"

namespace sconce::ops {

/// How many parts of this size it takes.
constexpr std::int64_t in_parts(std::int64_t whole, std::int64_t part) { return (whole + part - 1) / part; }

/// How the filtered rows of a picture are cut. Each band is a block of DEFLATE with a code of its own, and lies on
/// the device behind the one before it, with zeros behind it up to a whole number of segments.
struct PngBands {
  std::int64_t count;    ///< of a picture
  std::int64_t rows;     ///< of a band; the last one of a picture may lack some, and has zeros for them
  std::int64_t size;     ///< bytes, with the numbers of filters
  std::int64_t segment;  ///< bytes that are searched for runs together, a multiple of kPngBlock
  std::int64_t padded;   ///< size, in whole segments
};

/// The checksum is summed by these.
constexpr std::int64_t kPngBlock = 128;

/// Of pictures of one size and kind.
struct PngFormat {
  png::Header header;
  std::int64_t row;    ///< bytes, without the filter's number
  std::int64_t pixel;  ///< bytes
  PngBands bands;
  std::int64_t size() const { return header.height * (row + 1); }
  std::int64_t padded_size() const { return bands.count * bands.padded; }
  std::int64_t padded_rows() const { return bands.count * bands.rows; }
};

/// Throws what encode_png() does.
PngFormat png_format(const at::Tensor& pixels);

/// The bytes of rows of pixels, uint8 [N,H,R]; of 16 bits the higher ones first.
at::Tensor png_rows(const at::Tensor& pixels, const PngFormat& format);

}  // namespace sconce::ops
