#include <ATen/ATen.h>

#include <array>
#include <cstdint>
#include <limits>

#include "torch_ops/pixels.h"
#include "torch_ops/real_input.h"

namespace sconce::ops {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr std::array<std::int64_t, 3> kPicture = {1, 2, 3};  // of [N,H,W,C]: each picture by itself

struct Target {
  std::int64_t full_scale;
  at::ScalarType dtype;
};

bool is_floating(const at::Tensor& values) { return at::isFloatingType(values.scalar_type()); }

/// clamped: memory of its own, within the target's range but for NaN. Casting NaN to an integer is undefined in
/// C++. The result is contiguous, so that the cast is also the move from CHW to HWC.
at::Tensor truncate(const at::Tensor& clamped, Target target) {
  clamped.nan_to_num_(0.0);
  return at::empty(clamped.sizes(), clamped.options().dtype(target.dtype)).copy_(clamped);
}

at::Tensor unit(const at::Tensor& values, Target target) {
  if (values.scalar_type() == at::kBool) return values.to(target.dtype).mul_(target.full_scale);
  return truncate(at::mul(in_float(values), target.full_scale).clamp_(0, target.full_scale), target);
}

at::Tensor signed_unit(const at::Tensor& values, Target target) {
  at::Tensor scaled = at::add(in_float(values), 1).mul_(static_cast<double>(target.full_scale) / 2);
  return truncate(scaled.clamp_(0, target.full_scale), target);
}

at::Tensor clip(const at::Tensor& values, Target target) {
  if (is_floating(values)) return truncate(at::clamp(in_float(values), 0, target.full_scale), target);
  if (values.scalar_type() == at::kBool || values.scalar_type() == at::kByte) return values.to(target.dtype);
  // A bound that the dtype cannot hold would wrap in it.
  const bool bound_fits = values.element_size() > (target.dtype == at::kByte ? 1 : 2);
  return (bound_fits ? values.clamp(0, target.full_scale) : values.clamp_min(0)).to(target.dtype);
}

at::Tensor by_dtype(const at::Tensor& values, Target target) {
  const bool is_unit = is_floating(values) || values.scalar_type() == at::kBool;
  return is_unit ? unit(values, target) : clip(values, target);
}

/// (x - low) / (high - low) * full scale with the parameters of each picture. Where a picture is constant, the
/// parameters become those that leave the numbers as by_dtype() has them, so that no value has to be looked at.
at::Tensor stretch(const at::Tensor& values, Target target) {
  if (values.scalar_type() == at::kBool) return unit(values, target);
  const bool floating = is_floating(values);
  const at::Tensor numbers = floating ? in_float(values) : values.to(at::kDouble);
  const at::Tensor low = floating ? at::nan_to_num(numbers, kInfinity, kInfinity, kInfinity).amin(kPicture, true)
                                  : values.amin(kPicture, true).to(at::kDouble);
  const at::Tensor high = floating
                              ? at::nan_to_num(numbers, -kInfinity, -kInfinity, -kInfinity).amax(kPicture, true)
                              : values.amax(kPicture, true).to(at::kDouble);
  const at::Tensor constant = high.gt(low).logical_not();
  // Half of it where the difference is more than the type can hold; halving such numbers loses nothing.
  const at::Tensor scale = at::ones_like(low).masked_fill_(high.sub(low).isinf(), 0.5);
  const at::Tensor offset = low.mul(scale).masked_fill_(constant, 0);
  const at::Tensor width = high.mul(scale).sub_(low.mul(scale)).masked_fill_(constant, 1);
  const at::Tensor gain =
      at::full_like(low, target.full_scale).masked_fill_(constant, floating ? target.full_scale : 1);
  at::Tensor scaled = at::mul(numbers, scale).sub_(offset).div_(width).mul_(gain);
  return truncate(scaled.clamp_(0, target.full_scale), target);
}

/// wandb/sdk/data_types/image.py: x * 255, 127.5 * (x + 1) or clip(x, 0, 255), whichever the extremes allow; NaN
/// allows the last one alone. All three are (x + shift) * gain. Integers up to 255 are exact in float32.
at::Tensor as_wandb(const at::Tensor& values, Target target) {
  const at::Tensor numbers = in_float(values);
  const at::Tensor low = numbers.amin(kPicture, true);
  const at::Tensor high = numbers.amax(kPicture, true);
  const at::Tensor in_unit = low.ge(0).logical_and_(high.le(1));
  const at::Tensor in_signed = low.lt(0).logical_and_(low.ge(-1)).logical_and_(high.le(1));
  const at::Tensor shift = at::zeros_like(low).masked_fill_(in_signed, 1);
  const at::Tensor gain = at::ones_like(low).masked_fill_(in_unit, 255).masked_fill_(in_signed, 127.5);
  at::Tensor scaled = at::add(numbers, shift);
  const bool reduced = values.scalar_type() == at::kHalf || values.scalar_type() == at::kBFloat16;
  if (reduced) scaled = scaled.to(values.scalar_type()).to(at::kFloat);  // numpy rounds after each operation
  scaled.mul_(gain);
  if (reduced) scaled = scaled.to(values.scalar_type()).to(at::kFloat);
  return truncate(scaled.clamp_(0, 255), target);
}

}  // namespace

at::Tensor scale_pixels(const at::Tensor& values, Range range, bool sixteen_bit) {
  const Target target = sixteen_bit ? Target{65535, at::kInt} : Target{255, at::kByte};
  switch (range) {
    case Range::Auto:
      return by_dtype(values, target);
    case Range::Unit:
      return unit(values, target);
    case Range::Signed:
      return signed_unit(values, target);
    case Range::Byte:
      return clip(values, target);
    case Range::MinMax:
      return stretch(values, target);
    case Range::Wandb:
      return as_wandb(values, target);
  }
  TORCH_CHECK_VALUE(false, "expected a range of sconce::Range, got number ", static_cast<int>(range));
}

}  // namespace sconce::ops
