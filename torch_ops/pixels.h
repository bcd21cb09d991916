#pragma once

#include <ATen/ATen.h>

#include "sconce/ops.h"

namespace sconce::ops {

/// Numbers to pixel units. values: [N,H,W,C] of a dtype that real_input() returns, any strides, not empty.
/// Returns uint8, or int32 for sixteen_bit, of the same sizes; it may share memory with values.
at::Tensor scale_pixels(const at::Tensor& values, Range range, bool sixteen_bit);

/// pixels: [N,H,W,C] from scale_pixels(). Returns [N,H,W,C'] with the channels of mode.
at::Tensor convert_mode(const at::Tensor& pixels, Mode mode);

}  // namespace sconce::ops
