// The tensor functions on an accelerator: the pixels of the CPU, and nobody waits.

#include "sconce/ops.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <functional>
#include <limits>

#include "fake_device.h"
#include "torch_ops/same.h"

namespace sconce {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInf = std::numeric_limits<double>::infinity();
const auto kDtypes = {at::kBool, at::kByte, at::kShort, at::kLong, at::kHalf, at::kFloat, at::kDouble};
const auto kRanges = {Range::Auto, Range::Unit, Range::Signed, Range::Byte, Range::MinMax, Range::Wandb};

/// [2,3,4,5] with numbers of every kind that the dtype has.
at::Tensor numbers(at::ScalarType dtype) {
  at::Tensor values = at::arange(120, at::kDouble).sub(20).div(at::isFloatingType(dtype) ? 60 : 1);
  if (at::isFloatingType(dtype)) values.narrow(0, 100, 3).copy_(at::tensor({kNan, kInf, -kInf}, at::kDouble));
  return values.to(dtype).reshape({2, 3, 4, 5});
}

/// What call makes of a tensor on the device, which must not have waited.
at::Tensor without_wait(const at::Tensor& input, const std::function<at::Tensor(const at::Tensor&)>& call) {
  const at::Tensor there = fake::to_device(input);
  fake::reset();
  const at::Tensor result = call(there);
  EXPECT_EQ(fake::synchronizations(), 0);
  EXPECT_EQ(result.device(), fake::device());
  return result.cpu();
}

void expect_same_as_cpu(const at::Tensor& input, const std::function<at::Tensor(const at::Tensor&)>& call) {
  EXPECT_TRUE(same(without_wait(input, call), call(input)));
}

TEST(OpsOnDevice, ToPixelsIsThatOfTheCpuForEveryRange) {
  for (const auto dtype : kDtypes) {
    for (const auto range : kRanges) {
      SCOPED_TRACE(c10::str(dtype, ' ', static_cast<int>(range)));
      const at::Tensor batch = numbers(dtype);
      const auto in = [&](Mode mode) {
        return [=](const at::Tensor& image) { return ops::to_pixels(image, mode, range); };
      };
      expect_same_as_cpu(batch, in(Mode::Auto));
      expect_same_as_cpu(batch.permute({0, 2, 3, 1}).contiguous(), in(Mode::RGBA));
      expect_same_as_cpu(batch.transpose(2, 3).select(0, 1), in(Mode::LA));
      if (range != Range::Wandb) expect_same_as_cpu(batch, in(Mode::I16));
    }
  }
}

TEST(OpsOnDevice, OthersAreThoseOfTheCpu) {
  for (const auto dtype : kDtypes) {
    SCOPED_TRACE(dtype);
    const at::Tensor plane = numbers(dtype).select(0, 0).select(0, 0);
    const at::Tensor all = numbers(dtype);
    expect_same_as_cpu(plane, ops::invalid_labels);
    expect_same_as_cpu(plane, [](const at::Tensor& x) { return std::get<0>(ops::histogram_counts(x)); });
    expect_same_as_cpu(plane, [](const at::Tensor& x) { return std::get<1>(ops::histogram_counts(x, 7)); });
    expect_same_as_cpu(all, [](const at::Tensor& x) { return ops::make_grid(x); });
    const auto boxes = [](const at::Tensor& x) { return ops::to_xyxy(x.narrow(1, 0, 4), BoxFormat::CXCYWH); };
    expect_same_as_cpu(plane, boxes);
  }
}

TEST(OpsOnDevice, ToLabelsMakesZeroOfWhatIsNoId) {
  const auto to_labels = [](const at::Tensor& mask) { return ops::to_labels(mask); };
  const at::Tensor whole = at::tensor({-1, 0, 7, 255, 256, 263}, at::kInt).reshape({2, 3});
  for (const auto dtype : {at::kShort, at::kInt, at::kLong, at::kFloat, at::kDouble}) {
    EXPECT_TRUE(same(without_wait(whole.to(dtype), to_labels), bytes({0, 0, 7, 255, 0, 0}, {2, 3}))) << dtype;
  }
  const at::Tensor fractions = at::tensor({0.5, 254.9, 3.0, kNan, kInf, -kInf}).reshape({2, 3});
  EXPECT_TRUE(same(without_wait(fractions, to_labels), bytes({0, 0, 3, 0, 0, 0}, {2, 3})));
}

}  // namespace
}  // namespace sconce
