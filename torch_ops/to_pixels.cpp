#include <ATen/ATen.h>

#include <cstdint>

#include "sconce/ops.h"
#include "torch_ops/pixels.h"
#include "torch_ops/real_input.h"

namespace sconce::ops {
namespace {

const char* shapes_text(Layout layout) {
  switch (layout) {
    case Layout::CHW:
      return "[H,W], [C,H,W] or [N,C,H,W] (layout CHW)";
    case Layout::HWC:
      return "[H,W], [H,W,C] or [N,H,W,C] (layout HWC)";
    case Layout::Auto:
      break;
  }
  return "[H,W], [C,H,W], [H,W,C], [N,C,H,W] or [N,H,W,C]";
}

/// The image as [N,H,W,C], a view.
at::Tensor as_nhwc(const at::Tensor& image, Layout layout) {
  const std::int64_t dims = image.dim();
  if (dims == 2 && image.numel() > 0) return image.unsqueeze(0).unsqueeze(-1);
  const auto holds_channels = [&](std::int64_t dim) { return image.size(dim) >= 1 && image.size(dim) <= 4; };
  const bool has_channels = (dims == 3 || dims == 4) && image.numel() > 0;
  const bool chw = has_channels && layout != Layout::HWC && holds_channels(-3);
  const bool hwc = has_channels && layout != Layout::CHW && !chw && holds_channels(-1);
  TORCH_CHECK_VALUE(chw || hwc, "expected a picture of shape ", shapes_text(layout),
                    " with C from 1 to 4 and no empty dimension, got ", describe(image));
  const at::Tensor nhwc = chw ? image.movedim(-3, -1) : image;
  return dims == 4 ? nhwc : nhwc.unsqueeze(0);
}

}  // namespace

at::Tensor to_pixels(const at::Tensor& image, Mode mode, Range range, Layout layout) {
  const bool sixteen_bit = mode == Mode::I16;
  TORCH_CHECK_VALUE(!(sixteen_bit && range == Range::Wandb),
                    "expected another range than Wandb for mode I16: wandb has no 16 bit pictures");
  const at::Tensor values = as_nhwc(real_input(image, "image"), layout);
  const at::Tensor pixels = convert_mode(scale_pixels(values, range, sixteen_bit), mode).contiguous();
  return image.dim() == 4 ? pixels : pixels.squeeze(0);
}

}  // namespace sconce::ops
