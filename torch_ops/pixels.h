#pragma once

#include <ATen/ATen.h>

#include <functional>

#include "sconce/ops.h"

namespace sconce::ops {

/// What ops::to_pixels() takes, and what Image wants differently.
struct PixelOptions {
  Mode mode = Mode::Auto;
  Range range = Range::Auto;
  Layout layout = Layout::Auto;
  /// The channels of a pixel are beside each other in memory. Otherwise the samples stay in the order of the
  /// input's memory, planes if it has planes, which takes half the time.
  bool interleaved = true;
  /// To MinMax and Wandb a batch is one picture.
  bool one_range = false;
};

/// ops::to_pixels() with these options: the sizes are always [H,W,C] or [N,H,W,C], the strides as options say. The
/// result may be the input, a view of it, or memory of its own.
at::Tensor convert_pixels(const at::Tensor& image, const PixelOptions& options);

/// Uninitialized [N,H,W,C], recycled on the CPU: interleaved, or as planes one behind the other.
at::Tensor empty_pixels(at::IntArrayRef sizes, const at::TensorOptions& options, bool interleaved);

/// Memory that all blocks of a picture use one after the other.
class Scratch {
 public:
  /// Uninitialized, of the sizes and the order of like, [n,h,w,C].
  const at::Tensor& get(const at::Tensor& like, at::ScalarType dtype) {
    if (!memory_.defined() || memory_.sizes() != like.sizes()) {
      memory_ = at::Tensor();  // goes back before the next one is taken
      memory_ = empty_pixels(like.sizes(), like.options().dtype(dtype), like.stride(3) == 1);
    }
    return memory_;
  }

 private:
  at::Tensor memory_;
};

/// Reads numbers [n,h,w,C] and writes samples of these sizes. Both may be part of a picture.
using Scaling = std::function<void(const at::Tensor& numbers, const at::Tensor& samples)>;

/// How the numbers of values, [N,H,W,C] of a dtype that real_input() returns, become uint8 samples, or int32
/// samples for sixteen_bit. MinMax and Wandb look for the extremes of each picture, or of all with one_range; each
/// call is then to be about all N pictures, or N is 1. Undefined where the samples are the numbers.
Scaling scaling(const at::Tensor& values, Range range, bool sixteen_bit, bool one_range);

/// How many channels pixels of `from` channels have in mode.
std::int64_t channels_in(Mode mode, std::int64_t from);

/// from: [n,h,w,C], uint8 or int32. Writes [n,h,w,channels_in(mode, C)] samples of the same dtype.
void convert_mode(const at::Tensor& from, const at::Tensor& to, Mode mode);

/// to.copy_(from) for [n,h,w,C] samples. On the CPU channel by channel where one side is planes and the other is
/// not: ATen would go pixel by pixel.
void store(const at::Tensor& from, const at::Tensor& to);

}  // namespace sconce::ops
