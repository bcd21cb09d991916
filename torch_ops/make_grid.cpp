#include <ATen/ATen.h>

#include <algorithm>
#include <cstdint>

#include "sconce/ops.h"
#include "torch_ops/blocks.h"
#include "torch_ops/describe.h"
#include "torch_ops/recycled_memory.h"

namespace sconce::ops {
namespace {

/// [C,H,W] of zeros whose memory is laid out as that of images: pixels that are [H,W,C] there stay so.
at::Tensor black(const at::Tensor& images, std::int64_t height, std::int64_t width) {
  const std::int64_t channels = images.size(1);
  const bool interleaved = images.is_contiguous(at::MemoryFormat::ChannelsLast);
  const at::Tensor canvas = interleaved
                                ? empty_recycled({height, width, channels}, images.options()).permute({2, 0, 1})
                                : empty_recycled({channels, height, width}, images.options());
  return canvas.zero_();
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
  const std::int64_t height = pictures.size(2), cell_height = height + padding;
  const std::int64_t width = pictures.size(3), cell_width = width + padding;
  const at::Tensor grid = black(pictures, down * cell_height + padding, across * cell_width + padding);
  // All rows of pictures in one operation, and the last one, if it is not full, in another.
  const at::Tensor cells = grid.narrow(1, padding, grid.size(1) - padding)
                               .narrow(2, padding, grid.size(2) - padding)
                               .unfold(1, height, cell_height)
                               .unfold(2, width, cell_width)
                               .permute({1, 2, 0, 3, 4});  // [down, across, C, H, W]
  const std::int64_t full = count / across;
  const std::int64_t rest = count % across;
  const auto copy = [](const at::Tensor& from, const at::Tensor& to) { to.copy_(from); };
  in_blocks(pictures.narrow(0, 0, full * across).unflatten(0, {full, across}), cells.narrow(0, 0, full), copy);
  if (rest > 0) {
    in_blocks(pictures.narrow(0, full * across, rest), cells.select(0, full).narrow(0, 0, rest), copy);
  }
  return grid;
}

}  // namespace sconce::ops
