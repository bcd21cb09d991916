#include <ATen/ATen.h>

#include <cstdint>

#include "torch_ops/pixels.h"

namespace sconce::ops {
namespace {

std::int64_t channels_of(Mode mode) {
  switch (mode) {
    case Mode::L:
    case Mode::I16:
      return 1;
    case Mode::LA:
      return 2;
    case Mode::RGB:
      return 3;
    case Mode::RGBA:
      return 4;
    case Mode::Auto:
      break;
  }
  TORCH_CHECK_VALUE(false, "expected a mode of sconce::Mode, got number ", static_cast<int>(mode));
}

/// Pillow's L24 (Convert.c): ITU-R 601-2 luma in 16 bit fixed point, rounded. The weights add up to 65536, so grey
/// stays as it is. 16 bit pixels need 33 bits.
at::Tensor luma(const at::Tensor& rgb) {
  at::Tensor sum = rgb.narrow(-1, 0, 1).to(rgb.scalar_type() == at::kByte ? at::kInt : at::kLong).mul_(19595);
  sum.add_(rgb.narrow(-1, 1, 1), 38470).add_(rgb.narrow(-1, 2, 1), 7471).add_(0x8000);
  return sum.bitwise_right_shift_(16).to(rgb.scalar_type());
}

}  // namespace

at::Tensor convert_mode(const at::Tensor& pixels, Mode mode) {
  const std::int64_t from = pixels.size(-1);
  const std::int64_t to = mode == Mode::Auto ? from : channels_of(mode);
  if (from == to) return pixels;
  const bool from_grey = from <= 2;
  const bool to_grey = to <= 2;
  at::Tensor colour = pixels.narrow(-1, 0, from_grey ? 1 : 3);
  if (to_grey && !from_grey) colour = luma(colour);
  if (from_grey && !to_grey) colour = colour.expand({-1, -1, -1, 3});
  if (to == 1 || to == 3) return colour;
  const bool has_alpha = from == 2 || from == 4;
  const at::Tensor first = pixels.narrow(-1, from - 1, 1);
  return at::cat({colour, has_alpha ? first : at::full_like(first, 255)}, -1);
}

}  // namespace sconce::ops
