#include <ATen/ATen.h>

#include <algorithm>
#include <cstdint>

#include "sconce/ops.h"
#include "torch_ops/describe.h"

namespace sconce::ops {
namespace {

/// [C,H,W] of zeros whose memory is laid out as that of images, so that pixels stay [H,W,C].
at::Tensor black(const at::Tensor& images, std::int64_t height, std::int64_t width) {
  const std::int64_t channels = images.size(1);
  if (images.is_contiguous(at::MemoryFormat::ChannelsLast)) {
    return at::zeros({height, width, channels}, images.options()).permute({2, 0, 1});
  }
  return at::zeros({channels, height, width}, images.options());
}

}  // namespace

at::Tensor make_grid(const at::Tensor& images, std::int64_t columns, std::int64_t padding) {
  TORCH_CHECK_TYPE(images.defined() && images.layout() == at::kStrided && !images.is_quantized(),
                   "expected images to be a dense tensor that is not quantized, got ", describe(images));
  TORCH_CHECK_VALUE(images.dim() == 4 && images.numel() > 0,
                    "expected images of shape [N,C,H,W] with no empty dimension, got ", describe(images));
  TORCH_CHECK_VALUE(columns >= 1 && padding >= 0, "expected columns >= 1 and padding >= 0, got ", columns, " and ",
                    padding);
  const at::Tensor pictures = images.detach();
  const std::int64_t count = pictures.size(0);
  if (count == 1) return pictures.squeeze(0);
  const std::int64_t across = std::min(columns, count);
  const std::int64_t down = (count + across - 1) / across;
  const std::int64_t cell_height = pictures.size(2) + padding;
  const std::int64_t cell_width = pictures.size(3) + padding;
  const at::Tensor grid = black(pictures, down * cell_height + padding, across * cell_width + padding);
  for (std::int64_t i = 0; i < count; ++i) {
    const std::int64_t top = i / across * cell_height + padding;
    const std::int64_t left = i % across * cell_width + padding;
    grid.narrow(1, top, pictures.size(2)).narrow(2, left, pictures.size(3)).copy_(pictures.select(0, i));
  }
  return grid;
}

}  // namespace sconce::ops
