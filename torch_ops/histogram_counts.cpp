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

/// NaN and infinities become `instead`.
at::Tensor finite_or(double instead, const at::Tensor& numbers) {
  return at::nan_to_num(numbers, instead, instead, instead);
}

/// float64 [2]: the smallest and largest finite value, 0 and 1 if there is none, and half a unit to each side if
/// they are equal. lowest: the numbers with -infinity for what is not finite.
at::Tensor finite_bounds(const at::Tensor& numbers, const at::Tensor& lowest) {
  const auto options = numbers.options().dtype(at::kDouble);
  if (numbers.numel() == 0) return at::arange(2, options);
  const at::Tensor extremes = at::empty({2}, numbers.options());
  at::Tensor low = extremes[0], high = extremes[1];
  at::amin_out(low, finite_or(kInfinity, numbers), at::IntArrayRef{0}, /*keepdim=*/false);
  at::amax_out(high, lowest, at::IntArrayRef{0}, /*keepdim=*/false);
  // Of no finite value the extremes are infinite, the wrong way round.
  at::Tensor bounds = extremes.to(at::kDouble).nan_to_num_(0.0, /*posinf=*/0.0, /*neginf=*/1.0);
  const at::Tensor equal = bounds[0].eq(bounds[1]);
  bounds[0].add_(equal, -0.5);
  bounds[1].add_(equal, 0.5);
  return bounds;
}

/// numpy.linspace(low, high, bins + 1): k * ((high - low) / bins) + low in float64, and high itself at the end.
/// Where the difference may be infinite it is halved on the way if it is.
at::Tensor linspace(const at::Tensor& bounds, std::int64_t bins, bool may_be_infinite) {
  at::Tensor low = bounds[0], high = bounds[1], scale;
  if (may_be_infinite) {
    scale = at::ones_like(low).masked_fill_(high.sub(low).isinf(), 0.5);
    low = low.mul(scale);
    high = high.mul(scale);
  }
  const at::Tensor step = high.sub(low).div_(bins);
  at::Tensor edges = at::arange(bins + 1, bounds.options()).mul_(step).add_(low);
  if (may_be_infinite) edges.div_(scale);
  edges[bins].copy_(bounds[1]);
  return edges;
}

}  // namespace

/// Short for an accelerator's sake, where each line of it is one launch or a few.
std::tuple<at::Tensor, at::Tensor> histogram_counts(const at::Tensor& values, std::int64_t bins) {
  const at::Tensor real = real_input(values, "values").reshape({-1});
  TORCH_CHECK_VALUE(bins >= 1 && bins <= kMostBins, "expected bins from 1 to ", kMostBins, ", got ", bins);
  const bool floating = at::isFloatingType(real.scalar_type());
  const at::Tensor numbers = (floating ? in_float(real) : real.to(at::kDouble)).contiguous();
  const at::Tensor lowest = finite_or(-kInfinity, numbers);
  const bool may_be_infinite = floating && numbers.scalar_type() == at::kDouble;
  const at::Tensor edges =
      linspace(finite_bounds(numbers, lowest), bins, may_be_infinite).to(numbers.scalar_type());
  // By how many edges are not above it a value is in bin 1 and so on, or if it is not finite in 0. Without the
  // last edge, so that the last bin is closed.
  const at::Tensor bin = at::bucketize(lowest, edges.narrow(0, 0, bins), /*out_int32=*/false, /*right=*/true);
  at::Tensor counts = at::zeros({bins + 1}, bin.options());
  counts.scatter_add_(0, bin, at::ones({1}, bin.options()).expand_as(bin));
  return {counts.narrow(0, 1, bins), edges};
}

}  // namespace sconce::ops
