#include <ATen/ATen.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <memory>
#include <vector>

#include "torch_ops/blocks.h"
#include "torch_ops/pixels.h"
#include "torch_ops/real_input.h"

namespace sconce::ops {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

struct Target {
  std::int64_t full_scale;
  at::ScalarType dtype;
};

bool is_floating(const at::Tensor& values) { return at::isFloatingType(values.scalar_type()); }

/// The dtype that values are computed in: half and bfloat16, and integers that are scaled, in float.
at::ScalarType computed_in(const at::Tensor& values) {
  return values.scalar_type() == at::kDouble ? at::kDouble : at::kFloat;
}

/// clipped to the target's range. NaN becomes 0: casting it to an integer is undefined in C++. ATen's
/// nan_to_num_() takes longer than all the rest, so the CPU, where looking is free, asks a sum whether there is a
/// NaN.
void drop_nan(at::Tensor& clipped) {
  if (clipped.is_cpu() && !std::isnan(clipped.sum().item<double>())) return;
  clipped.nan_to_num_(0.0);
}

/// ATen casts half to float one by one, and then waits for the memory of a large picture, which it can copy twice
/// as fast.
at::Tensor bring_near(const at::Tensor& halves, Scratch& memory) {
  if (!halves.is_cpu()) return halves;
  return memory.get(halves, at::kShort).copy_(halves.view(at::kShort)).view(at::kHalf);
}

/// scale(numbers, scaled) brings numbers to the target's scale; they may be the same tensor. The rest is the same
/// for every range. Bytes go by way of 16 bits, since ATen casts float to short and short to byte in vectors, and
/// float to byte one by one.
template <typename Scale>
Scaling floating_point(at::ScalarType dtype, Target target, Scale scale) {
  struct Memory {
    Scratch halves, scaled, words;
  };
  return [=, memory = std::make_shared<Memory>()](const at::Tensor& numbers, const at::Tensor& samples) {
    at::Tensor scaled = memory->scaled.get(numbers, dtype);
    const at::Tensor near = numbers.scalar_type() == at::kHalf ? bring_near(numbers, memory->halves) : numbers;
    scale(near.scalar_type() == dtype ? near : scaled.copy_(near), scaled);
    scaled.clamp_(0, target.full_scale);
    drop_nan(scaled);
    const bool by_words = scaled.is_cpu() && target.dtype == at::kByte;
    store(by_words ? memory->words.get(numbers, at::kShort).copy_(scaled) : scaled, samples);
  };
}

Scaling unit(const at::Tensor& values, Target target) {
  if (values.scalar_type() == at::kBool) {
    return [=](const at::Tensor& numbers, const at::Tensor& samples) {
      store(numbers, samples);
      samples.mul_(target.full_scale);
    };
  }
  const at::ScalarType dtype = computed_in(values);
  const at::Tensor factor = at::scalar_tensor(target.full_scale, dtype);
  return floating_point(
      dtype, target, [=](const at::Tensor& numbers, at::Tensor& scaled) { at::mul_out(scaled, numbers, factor); });
}

Scaling signed_unit(const at::Tensor& values, Target target) {
  const at::ScalarType dtype = computed_in(values);
  const at::Tensor one = at::scalar_tensor(1, dtype);
  const double factor = static_cast<double>(target.full_scale) / 2;
  return floating_point(dtype, target, [=](const at::Tensor& numbers, at::Tensor& scaled) {
    at::add_out(scaled, numbers, one).mul_(factor);
  });
}

Scaling clip(const at::Tensor& values, Target target) {
  if (is_floating(values)) {
    return floating_point(computed_in(values), target, [](const at::Tensor& numbers, at::Tensor& scaled) {
      if (!scaled.is_same(numbers)) scaled.copy_(numbers);
    });
  }
  if (values.scalar_type() == at::kBool || values.scalar_type() == at::kByte) return store;
  // A bound that the dtype cannot hold would wrap in it.
  const bool bound_fits = values.element_size() > (target.dtype == at::kByte ? 1 : 2);
  return [=, memory = std::make_shared<Scratch>()](const at::Tensor& numbers, const at::Tensor& samples) {
    at::Tensor clipped = memory->get(numbers, numbers.scalar_type());
    store(bound_fits ? at::clamp_out(clipped, numbers, 0, target.full_scale)
                     : at::clamp_min_out(clipped, numbers, 0),
          samples);
  };
}

Scaling by_dtype(const at::Tensor& values, Target target) {
  const bool is_unit = is_floating(values) || values.scalar_type() == at::kBool;
  return is_unit ? unit(values, target) : clip(values, target);
}

/// Of numbers, each dimension that is reduced kept as one.
struct Extremes {
  at::Tensor low;
  at::Tensor high;
};

Extremes extremes_of(const at::Tensor& numbers, at::IntArrayRef dims, bool finite_only) {
  const auto is_finite = [](const at::Tensor& one) { return std::isfinite(one.item<double>()); };
  if (!finite_only || !is_floating(numbers)) return {numbers.amin(dims, true), numbers.amax(dims, true)};
  if (numbers.is_cpu()) {  // looking is free, and nearly always there is nothing to be left out
    Extremes all = extremes_of(numbers, dims, false);
    if (is_finite(all.low) && is_finite(all.high)) return all;
  }
  return {at::nan_to_num(numbers, kInfinity, kInfinity, kInfinity).amin(dims, true),
          at::nan_to_num(numbers, -kInfinity, -kInfinity, -kInfinity).amax(dims, true)};
}

/// The extremes of each picture of values [N,h,w,C], or of all, as dtype. NaN is both if it counts.
Extremes extremes(const at::Tensor& values, at::ScalarType dtype, bool finite_only, bool one_range) {
  const std::vector<std::int64_t> dims =
      one_range ? std::vector<std::int64_t>{0, 1, 2, 3} : std::vector<std::int64_t>{1, 2, 3};
  const bool as_they_are =
      values.scalar_type() == dtype || at::isIntegralType(values.scalar_type(), /*includeBool=*/false);
  Extremes all;
  Scratch scratch;
  in_blocks(values, [&](const at::Tensor& block) {
    const Extremes part =
        extremes_of(as_they_are ? block : scratch.get(block, dtype).copy_(block), dims, finite_only);
    all.low = all.low.defined() ? at::minimum(all.low, part.low) : part.low;
    all.high = all.high.defined() ? at::maximum(all.high, part.high) : part.high;
  });
  return {all.low.to(dtype), all.high.to(dtype)};
}

/// (x - low) / (high - low) * full scale with the parameters of each picture. Where a picture is constant, the
/// parameters become those that leave the numbers as by_dtype() has them, so that no value has to be looked at.
Scaling stretch(const at::Tensor& values, Target target, bool one_range) {
  if (values.scalar_type() == at::kBool) return unit(values, target);
  const at::ScalarType dtype = is_floating(values) ? computed_in(values) : at::kDouble;
  const auto [low, high] = extremes(values, dtype, /*finite_only=*/true, one_range);
  const at::Tensor constant = high.gt(low).logical_not();
  // Half of it where the difference is more than the type can hold; halving such numbers loses nothing.
  const at::Tensor scale = at::ones_like(low).masked_fill_(high.sub(low).isinf(), 0.5);
  const at::Tensor offset = low.mul(scale).masked_fill_(constant, 0);
  const at::Tensor width = high.mul(scale).sub_(low.mul(scale)).masked_fill_(constant, 1);
  const at::Tensor gain =
      at::full_like(low, target.full_scale).masked_fill_(constant, is_floating(values) ? target.full_scale : 1);
  return floating_point(dtype, target, [=](const at::Tensor& numbers, at::Tensor& scaled) {
    at::mul_out(scaled, numbers, scale).sub_(offset).div_(width).mul_(gain);
  });
}

/// wandb/sdk/data_types/image.py: x * 255, 127.5 * (x + 1) or clip(x, 0, 255), whichever the extremes allow; NaN
/// allows the last one alone. All three are (x + shift) * gain. Integers up to 255 are exact in float32.
Scaling as_wandb(const at::Tensor& values, Target target, bool one_range) {
  const at::ScalarType dtype = computed_in(values);
  const auto [low, high] = extremes(values, dtype, /*finite_only=*/false, one_range);
  const at::Tensor in_unit = low.ge(0).logical_and_(high.le(1));
  const at::Tensor in_signed = low.lt(0).logical_and_(low.ge(-1)).logical_and_(high.le(1));
  const at::Tensor shift = at::zeros_like(low).masked_fill_(in_signed, 1);
  const at::Tensor gain = at::ones_like(low).masked_fill_(in_unit, 255).masked_fill_(in_signed, 127.5);
  const at::ScalarType own = values.scalar_type();
  const bool reduced = own == at::kHalf || own == at::kBFloat16;
  return floating_point(dtype, target,
                        [=, memory = std::make_shared<Scratch>()](const at::Tensor& numbers, at::Tensor& scaled) {
                          const auto round = [&] {  // numpy does after each operation
                            if (reduced) scaled.copy_(memory->get(scaled, own).copy_(scaled));
                          };
                          at::add_out(scaled, numbers, shift);
                          round();
                          scaled.mul_(gain);
                          round();
                        });
}

}  // namespace

Scaling scaling(const at::Tensor& values, Range range, bool sixteen_bit, bool one_range) {
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
      return stretch(values, target, one_range);
    case Range::Wandb:
      return as_wandb(values, target, one_range);
  }
  TORCH_CHECK_VALUE(false, "expected a range of sconce::Range, got number ", static_cast<int>(range));
}

}  // namespace sconce::ops
