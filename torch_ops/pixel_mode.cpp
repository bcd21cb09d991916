#include <ATen/ATen.h>

#include <cstdint>

#include "torch_ops/pixels.h"

namespace sconce::ops {
namespace {

/// Pillow's L24 (Convert.c): ITU-R 601-2 luma in 16 bit fixed point, rounded. The weights add up to 65536, so grey
/// stays as it is. 16 bit pixels need 33 bits.
at::Tensor luma(const at::Tensor& rgb) {
  at::Tensor sum = rgb.narrow(-1, 0, 1).to(rgb.scalar_type() == at::kByte ? at::kInt : at::kLong).mul_(19595);
  sum.add_(rgb.narrow(-1, 1, 1), 38470).add_(rgb.narrow(-1, 2, 1), 7471).add_(0x8000);
  return sum.bitwise_right_shift_(16).to(rgb.scalar_type());
}

}  // namespace

std::int64_t channels_in(Mode mode, std::int64_t from) {
  switch (mode) {
    case Mode::Auto:
      return from;
    case Mode::L:
    case Mode::I16:
      return 1;
    case Mode::LA:
      return 2;
    case Mode::RGB:
      return 3;
    case Mode::RGBA:
      return 4;
  }
  TORCH_CHECK_VALUE(false, "expected a mode of sconce::Mode, got number ", static_cast<int>(mode));
}

void convert_mode(const at::Tensor& from, const at::Tensor& to, Mode mode) {
  const std::int64_t before = from.size(-1);
  const std::int64_t after = channels_in(mode, before);
  const std::int64_t colours_before = before <= 2 ? 1 : 3;
  const std::int64_t colours_after = after <= 2 ? 1 : 3;
  const at::Tensor colour = from.narrow(-1, 0, colours_before);
  store(colours_after < colours_before ? luma(colour) : colour.expand({-1, -1, -1, colours_after}),
        to.narrow(-1, 0, colours_after));
  if (after == colours_after) return;
  const at::Tensor alpha = to.narrow(-1, after - 1, 1);
  if (before > colours_before) {
    alpha.copy_(from.narrow(-1, before - 1, 1));
  } else {
    alpha.fill_(255);
  }
}

void store(const at::Tensor& from, const at::Tensor& to) {
  const std::int64_t channels = from.size(-1);
  if (!from.is_cpu() || channels == 1 || from.stride(-1) == to.stride(-1)) {
    to.copy_(from);
    return;
  }
  for (std::int64_t c = 0; c < channels; ++c) to.select(-1, c).copy_(from.select(-1, c));
}

}  // namespace sconce::ops
