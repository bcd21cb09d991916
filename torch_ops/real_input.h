#pragma once

#include <ATen/ATen.h>

#include <cstdint>
#include <limits>

#include "torch_ops/describe.h"

namespace sconce::ops {

/// Throws c10::TypeError unless the tensor holds real numbers that can be read.
inline void require_real(const at::Tensor& tensor, const char* name) {
  TORCH_CHECK_TYPE(tensor.defined() && tensor.layout() == at::kStrided && !tensor.is_meta() &&
                       !at::isComplexType(tensor.scalar_type()),
                   "expected ", name, " to be a dense tensor of real numbers that holds data, got ",
                   describe(tensor));
}

/// The checked tensor out of autograd, dequantized, in one of the dtypes that every kernel knows: bool, uint8,
/// int8 to int64, half, bfloat16, float, double. Unsigned 16, 32 and 64 bit integers and the 8 bit floats of later
/// LibTorch versions have almost none; they are told by size, because 1.13 does not have their names.
inline at::Tensor real_input(const at::Tensor& tensor, const char* name) {
  require_real(tensor, name);
  const at::Tensor values = tensor.is_quantized() ? tensor.detach().dequantize() : tensor.detach();
  switch (values.scalar_type()) {
    case at::kBool:
    case at::kByte:
    case at::kChar:
    case at::kShort:
    case at::kInt:
    case at::kLong:
    case at::kHalf:
    case at::kBFloat16:
    case at::kFloat:
    case at::kDouble:
      return values;
    default:
      break;
  }
  if (at::isFloatingType(values.scalar_type())) return values.to(at::kFloat);
  TORCH_CHECK_TYPE(at::isIntegralType(values.scalar_type(), false), "expected ", name, " to hold numbers, got ",
                   describe(tensor));
  if (values.element_size() < 4) return values.to(at::kInt);
  const at::Tensor wide = values.to(at::kLong);
  if (values.element_size() < 8) return wide;
  return wide.masked_fill(wide.lt(0), std::numeric_limits<std::int64_t>::max());  // 2^63 and more saturate
}

/// Float and double as they are, everything else as float.
inline at::Tensor in_float(const at::Tensor& values) {
  return values.scalar_type() == at::kDouble ? values : values.to(at::kFloat);
}

}  // namespace sconce::ops
