#include <ATen/ATen.h>

#include <cstdint>

#include "sconce/ops.h"
#include "torch_ops/real_input.h"

namespace sconce::ops {
namespace {

/// The checked mask as [H,W] in a dtype that holds both bounds, 0 and 255, or in uint8 or bool.
at::Tensor checked_mask(const at::Tensor& mask) {
  require_real(mask, "mask");
  TORCH_CHECK_TYPE(!mask.is_quantized(), "expected a mask of bool, integers or floating point, got ",
                   describe(mask));
  const bool first_is_one = mask.dim() == 3 && mask.size(0) == 1;
  const bool last_is_one = mask.dim() == 3 && mask.size(2) == 1;
  TORCH_CHECK_VALUE(mask.numel() > 0 && (mask.dim() == 2 || first_is_one || last_is_one),
                    "expected a mask of shape [H,W], [1,H,W] or [H,W,1] with no empty dimension, got ",
                    describe(mask));
  const at::Tensor values = real_input(mask, "mask");
  const at::Tensor plane = first_is_one ? values.squeeze(0) : last_is_one ? values.squeeze(2) : values;
  if (plane.scalar_type() == at::kChar) return plane.to(at::kShort);
  return at::isFloatingType(plane.scalar_type()) ? in_float(plane) : plane;
}

bool always_fits(const at::Tensor& plane) {
  return plane.scalar_type() == at::kByte || plane.scalar_type() == at::kBool;
}

/// False for NaN.
at::Tensor fits(const at::Tensor& plane) {
  at::Tensor in_range = plane.ge(0).logical_and_(plane.le(255));
  return at::isFloatingType(plane.scalar_type()) ? in_range.logical_and_(plane.eq(plane.trunc())) : in_range;
}

}  // namespace

at::Tensor to_labels(const at::Tensor& mask) {
  const at::Tensor plane = checked_mask(mask);
  if (always_fits(plane)) return plane.to(at::kByte);
  const at::Tensor misfits = fits(plane).logical_not_();
  if (plane.is_cpu()) {
    const at::Tensor wrong = plane.masked_select(misfits);
    TORCH_CHECK_VALUE(wrong.numel() == 0, "expected class ids to be whole numbers from 0 to 255, got ",
                      wrong[0].item<double>(), " and ", wrong.numel() - 1, " more such values in ",
                      describe(mask));
    return plane.to(at::kByte);
  }
  return plane.masked_fill(misfits, 0).to(at::kByte);
}

at::Tensor invalid_labels(const at::Tensor& mask) {
  const at::Tensor plane = checked_mask(mask);
  if (always_fits(plane)) return at::zeros({}, plane.options().dtype(at::kLong));
  return fits(plane).logical_not_().sum();
}

}  // namespace sconce::ops
