#include <ATen/ATen.h>

#include <cstdint>
#include <limits>
#include <tuple>

#include "sconce/ops.h"
#include "torch_ops/real_input.h"

namespace sconce::ops {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr std::int64_t kMostBins = 512;

struct Bounds {
  at::Tensor low;
  at::Tensor high;
};

/// float64, no dimensions: the smallest and largest finite value, 0 and 1 if there is none, and half a unit to
/// each side if they are equal.
Bounds finite_bounds(const at::Tensor& values) {
  const auto options = values.options().dtype(at::kDouble);
  if (values.numel() == 0) return {at::zeros({}, options), at::ones({}, options)};
  const at::Tensor low = at::nan_to_num(values, kInfinity, kInfinity, kInfinity).amin().to(at::kDouble);
  const at::Tensor high = at::nan_to_num(values, -kInfinity, -kInfinity, -kInfinity).amax().to(at::kDouble);
  const at::Tensor none = low.gt(high);
  const at::Tensor half = low.eq(high).to(at::kDouble).mul_(0.5);
  return {low.masked_fill(none, 0).sub_(half), high.masked_fill(none, 1).add_(half)};
}

/// numpy.linspace(low, high, bins + 1): k * ((high - low) / bins) + low in float64, and high itself at the end.
/// Halved on the way where the difference is infinite.
at::Tensor linspace(const Bounds& bounds, std::int64_t bins) {
  const at::Tensor scale = at::ones_like(bounds.low).masked_fill_(bounds.high.sub(bounds.low).isinf(), 0.5);
  const at::Tensor low = bounds.low.mul(scale);
  const at::Tensor step = bounds.high.mul(scale).sub_(low).div_(bins);
  at::Tensor edges = at::arange(bins + 1, bounds.low.options()).mul_(step).add_(low).div_(scale);
  edges.select(0, bins).copy_(bounds.high);
  return edges;
}

}  // namespace

std::tuple<at::Tensor, at::Tensor> histogram_counts(const at::Tensor& values, std::int64_t bins) {
  const at::Tensor real = real_input(values, "values").reshape({-1});
  TORCH_CHECK_VALUE(bins >= 1 && bins <= kMostBins, "expected bins from 1 to ", kMostBins, ", got ", bins);
  const bool floating = at::isFloatingType(real.scalar_type());
  const at::Tensor numbers = (floating ? in_float(real) : real.to(at::kDouble)).contiguous();
  const at::Tensor edges = linspace(finite_bounds(numbers), bins).to(numbers.scalar_type());
  // Against the inner edges: the first bin starts at the smallest value and the last one ends closed.
  at::Tensor bin = at::bucketize(numbers, edges.narrow(0, 1, bins - 1).contiguous(), /*out_int32=*/false,
                                 /*right=*/true);
  bin.masked_fill_(numbers.isfinite().logical_not_(), bins);
  at::Tensor counts = at::zeros({bins + 1}, bin.options());
  counts.scatter_add_(0, bin, at::ones({1}, bin.options()).expand_as(bin));
  return {counts.narrow(0, 0, bins), edges};
}

}  // namespace sconce::ops
