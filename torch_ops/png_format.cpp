#include "torch_ops/png_format.h"

#include <algorithm>

#include "torch_ops/describe.h"

namespace sconce::ops {
namespace {

constexpr std::int64_t kMaxSide = 65500;
constexpr std::int64_t kMaxBytes = std::int64_t{1} << 30;  ///< of a picture, so that one chunk holds its data

// Smaller bands follow a picture more closely, and each one costs a header of some 80 bytes and the host some
// microseconds.
constexpr std::int64_t kBandBytes = 48 << 10;
constexpr std::int64_t kMostBands = 48;
constexpr std::int64_t kMostSegment = 4096;

PngBands bands_of(std::int64_t height, std::int64_t row) {
  const std::int64_t bytes = std::max(kBandBytes, height * row / kMostBands);
  PngBands bands{};
  bands.count = in_parts(height, std::max<std::int64_t>(1, bytes / row));
  bands.rows = in_parts(height, bands.count);
  bands.count = in_parts(height, bands.rows);
  bands.size = bands.rows * row;
  const std::int64_t segments = in_parts(bands.size, kMostSegment);
  bands.segment = in_parts(in_parts(bands.size, segments), kPngBlock) * kPngBlock;
  bands.padded = segments * bands.segment;
  return bands;
}

}  // namespace

PngFormat png_format(const at::Tensor& pixels) {
  TORCH_CHECK_TYPE(pixels.defined() && pixels.layout() == at::kStrided && !pixels.is_meta() &&
                       (pixels.scalar_type() == at::kByte || pixels.scalar_type() == at::kInt),
                   "expected pixels to be a dense tensor of uint8, or of int32 for 16 bits, got ",
                   describe(pixels));
  const bool has_channels = (pixels.dim() == 3 || pixels.dim() == 4) && pixels.numel() > 0;
  const bool sixteen_bit = pixels.scalar_type() == at::kInt;
  TORCH_CHECK_VALUE(
      has_channels && pixels.size(-1) <= (sixteen_bit ? 1 : 4),
      "expected pixels of shape [H,W,C] or [N,H,W,C] with C from 1 to 4, or 1 for int32, and no empty "
      "dimension, got ",
      describe(pixels));
  const std::int64_t height = pixels.size(-3), width = pixels.size(-2), channels = pixels.size(-1);
  TORCH_CHECK_VALUE(height <= kMaxSide && width <= kMaxSide, "expected a height and a width of at most ", kMaxSide,
                    ", got ", describe(pixels));
  const std::int64_t pixel = channels * (sixteen_bit ? 2 : 1), row = width * pixel;
  TORCH_CHECK_VALUE(height * row <= kMaxBytes, "expected a picture of at most a gigabyte, got ", describe(pixels));
  const png::Header header = {width, height, static_cast<int>(channels), sixteen_bit ? 16 : 8};
  return {header, row, pixel, bands_of(height, row + 1)};
}

at::Tensor png_rows(const at::Tensor& pixels, const PngFormat& format) {
  const at::Tensor bytes =
      pixels.scalar_type() == at::kByte
          ? pixels.detach()
          : at::cat({pixels.detach().bitwise_right_shift(8), pixels.detach()}, -1).bitwise_and_(255).to(at::kByte);
  return bytes.reshape({-1, format.header.height, format.row});
}

}  // namespace sconce::ops
