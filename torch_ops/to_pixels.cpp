#include <ATen/ATen.h>

#include <cstdint>

#include "sconce/ops.h"
#include "torch_ops/blocks.h"
#include "torch_ops/pixels.h"
#include "torch_ops/real_input.h"
#include "torch_ops/recycled_memory.h"

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

/// Whether the channels of a pixel of [N,H,W,C] are beside each other in memory.
bool is_interleaved(const at::Tensor& values) {
  return values.size(3) == 1 || (values.stride(3) == 1 && values.stride(2) >= values.size(3));
}

/// The same numbers in the order of their memory, if that has no gaps: contiguous.
at::Tensor in_memory_order(const at::Tensor& values) {
  return is_interleaved(values) ? values : values.permute({0, 3, 1, 2});
}

/// Where sizes do not matter, and memory has no gaps, [1,1,n,1]: operations on one dimension are begun sooner.
at::Tensor as_one_row(const at::Tensor& values) {
  const at::Tensor in_order = in_memory_order(values);
  return values.is_cpu() && in_order.is_contiguous() ? in_order.view({1, 1, -1, 1}) : values;
}

/// Fills pixels, [N,H,W,channels_in(mode, C)], from values, [N,H,W,C].
void fill(const at::Tensor& pixels, const at::Tensor& values, const PixelOptions& options) {
  const at::Tensor row = as_one_row(values);
  const Scaling scale = scaling(row, options.range, options.mode == Mode::I16, options.one_range);
  if (pixels.size(3) != values.size(3)) {
    Scratch samples;
    in_blocks(values, pixels, [&](const at::Tensor& from, const at::Tensor& to) {
      const at::Tensor& converted = samples.get(from, pixels.scalar_type());
      scale(from, converted);
      convert_mode(converted, to, options.mode);
    });
  } else if (is_interleaved(pixels) == is_interleaved(values)) {
    in_blocks(row, row.is_same(values) ? pixels : as_one_row(pixels), scale);
  } else {
    in_blocks(values, pixels, scale);
  }
}

/// The numbers of these values are their samples.
bool are_samples(const at::Tensor& values, const PixelOptions& options) {
  return values.scalar_type() == at::kByte && options.mode != Mode::I16 &&
         (options.range == Range::Auto || options.range == Range::Byte);
}

}  // namespace

at::Tensor empty_pixels(at::IntArrayRef sizes, const at::TensorOptions& options, bool interleaved) {
  if (interleaved) return empty_recycled(sizes, options);
  return empty_recycled({sizes[0], sizes[3], sizes[1], sizes[2]}, options).permute({0, 2, 3, 1});
}

at::Tensor convert_pixels(const at::Tensor& image, const PixelOptions& options) {
  const bool sixteen_bit = options.mode == Mode::I16;
  TORCH_CHECK_VALUE(!(sixteen_bit && options.range == Range::Wandb),
                    "expected another range than Wandb for mode I16: wandb has no 16 bit pictures");
  const at::Tensor values = as_nhwc(real_input(image, "image"), options.layout);
  const std::int64_t count = values.size(0);
  const std::int64_t channels = channels_in(options.mode, values.size(3));
  const bool done = are_samples(values, options) && channels == values.size(3) &&
                    (options.interleaved ? values.is_contiguous() : values.is_non_overlapping_and_dense());
  const auto shaped = [&](const at::Tensor& pixels) { return image.dim() == 4 ? pixels : pixels.squeeze(0); };
  if (done) return shaped(values);
  const at::AutoDispatchBelowADInplaceOrView no_gradients;  // of these there are none: a sixth of the time
  const at::Tensor pixels = empty_pixels({count, values.size(1), values.size(2), channels},
                                         values.options().dtype(sixteen_bit ? at::kInt : at::kByte),
                                         options.interleaved || is_interleaved(values));
  // A picture at a time where each has a range of its own; for an accelerator that would be as many launches.
  const bool looks = options.range == Range::MinMax || options.range == Range::Wandb;
  if (looks && !options.one_range && values.is_cpu()) {
    for (std::int64_t i = 0; i < count; ++i) fill(pixels.narrow(0, i, 1), values.narrow(0, i, 1), options);
  } else {
    fill(pixels, values, options);
  }
  return shaped(pixels);
}

at::Tensor to_pixels(const at::Tensor& image, Mode mode, Range range, Layout layout) {
  PixelOptions options;
  options.mode = mode;
  options.range = range;
  options.layout = layout;
  return convert_pixels(image, options);
}

}  // namespace sconce::ops
