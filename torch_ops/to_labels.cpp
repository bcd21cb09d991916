#include <ATen/ATen.h>

#include <cstdint>

#include "sconce/ops.h"
#include "torch_ops/blocks.h"
#include "torch_ops/labels.h"
#include "torch_ops/real_input.h"
#include "torch_ops/recycled_memory.h"

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

bool all_fit(const at::Tensor& part) {
  if (at::isFloatingType(part.scalar_type())) return fits(part).all().item<bool>();
  const auto [low, high] = at::aminmax(part);
  return low.item<std::int64_t>() >= 0 && high.item<std::int64_t>() <= 255;
}

/// Looks at the values, which costs nothing on the CPU.
at::Tensor checked_labels(const at::Tensor& plane, const at::Tensor& mask) {
  const at::Tensor ids = empty_recycled(plane.sizes(), plane.options().dtype(at::kByte));
  bool fit = true;
  in_blocks(plane.unsqueeze(-1), ids.unsqueeze(-1), [&](const at::Tensor& from, const at::Tensor& to) {
    fit = fit && all_fit(from);
    if (fit) to.copy_(from);
  });
  if (!fit) {
    const at::Tensor wrong = plane.masked_select(fits(plane).logical_not_());
    TORCH_CHECK_VALUE(false, "expected class ids to be whole numbers from 0 to 255, got ", wrong[0].item<double>(),
                      " and ", wrong.numel() - 1, " more such values in ", describe(mask));
  }
  return ids;
}

/// An id is one if it equals the byte that it becomes. Casting what is no byte to one is defined for integers
/// alone.
Labels labels_of(const at::Tensor& plane) {
  const at::Tensor ids = at::isFloatingType(plane.scalar_type())
                             ? plane.clamp(0, 255).nan_to_num_(0.0).to(at::kByte)
                             : plane.to(at::kByte);
  const at::Tensor wrong = plane.ne(ids);
  return {ids.masked_fill_(wrong, 0), wrong.sum()};
}

}  // namespace

at::Tensor to_labels(const at::Tensor& mask) {
  const at::Tensor plane = checked_mask(mask);
  if (always_fits(plane)) return plane.to(at::kByte);
  return plane.is_cpu() ? checked_labels(plane, mask) : labels_of(plane).ids;
}

at::Tensor invalid_labels(const at::Tensor& mask) {
  const at::Tensor plane = checked_mask(mask);
  if (always_fits(plane)) return at::zeros({}, plane.options().dtype(at::kLong));
  return labels_of(plane).invalid;
}

Labels labels_and_misfits(const at::Tensor& mask) {
  const at::Tensor plane = checked_mask(mask);
  if (always_fits(plane)) return {plane.to(at::kByte), at::Tensor()};
  return labels_of(plane);
}

}  // namespace sconce::ops
