// Pictures of many blocks: what is worked on in parts is what whole-tensor operations give.

#include "torch_ops/blocks.h"

#include <ATen/TensorIterator.h>

#include <cstdint>
#include <limits>
#include <vector>

#include "same.h"
#include "sconce/ops.h"
#include "torch_ops/pixels.h"

namespace sconce {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInf = std::numeric_limits<double>::infinity();

TEST(InBlocks, PassesEveryElementOnceInPartsBelowTheGrainSize) {
  EXPECT_LT(ops::kBlock, at::internal::GRAIN_SIZE);
  const std::vector<std::vector<std::int64_t>> shapes = {{1, 1, 1, 1},     {1, 500, 400, 3}, {70, 30, 30, 4},
                                                         {2, 3, 20000, 3}, {1, 1, 40000, 1}, {1, 40000, 1, 2},
                                                         {40000, 1, 1, 1}};
  for (const auto& shape : shapes) {
    const at::Tensor count = at::zeros(shape, at::kInt);
    ops::in_blocks(at::ones(shape, at::kInt), count, [](const at::Tensor& ones, const at::Tensor& part) {
      EXPECT_LE(part.numel(), ops::kBlock);
      part.add_(ones);
    });
    EXPECT_TRUE(same(count, at::ones(shape, at::kInt)));
  }
}

/// The formula of each range for whole tensors, [N,H,W,C] in double or float; MinMax and Wandb for each picture.
at::Tensor reference(const at::Tensor& values, Range range, double full) {
  const bool floating = at::isFloatingType(values.scalar_type());
  const bool reduced = values.scalar_type() == at::kHalf || values.scalar_type() == at::kBFloat16;
  const bool in_double = values.scalar_type() == at::kDouble || (!floating && range == Range::MinMax);
  const at::Tensor x = values.to(in_double ? at::kDouble : at::kFloat);
  const auto round = [&](const at::Tensor& y) {
    return reduced && range == Range::Wandb ? y.to(values.scalar_type()).to(at::kFloat) : y;
  };
  if (range == Range::Auto) range = floating ? Range::Unit : Range::Byte;
  at::Tensor scaled = x;
  if (range == Range::Unit) scaled = x.mul(full);
  if (range == Range::Signed) scaled = x.add(1).mul(full / 2);
  if (range == Range::MinMax) {
    const at::Tensor low = x.nan_to_num(kInf, kInf, kInf).amin({1, 2, 3}, true);
    const at::Tensor high = x.nan_to_num(-kInf, -kInf, -kInf).amax({1, 2, 3}, true);
    scaled = x.sub(low).div(high.sub(low)).mul(full);
  }
  if (range == Range::Wandb) {
    std::vector<at::Tensor> pictures;
    for (const at::Tensor& picture : x.unbind(0)) {
      const double low = picture.min().item<double>(), high = picture.max().item<double>();
      const bool unit = low >= 0 && high <= 1, is_signed = low < 0 && low >= -1 && high <= 1;
      pictures.push_back(unit        ? round(picture.mul(255))
                         : is_signed ? round(round(picture.add(1)).mul(127.5))
                                     : picture);
    }
    scaled = at::stack(pictures);
  }
  return scaled.clamp(0, full).nan_to_num(0.0).to(at::kInt);
}

/// [2,3,91,173], 94458 numbers: blocks that end within rows, planes and pictures.
at::Tensor numbers(at::ScalarType dtype, Range range) {
  at::Tensor values = at::rand({2, 3, 91, 173}, at::kDouble);
  if (!at::isFloatingType(dtype))
    return values.mul(400).sub(100).clamp(dtype == at::kByte ? 0 : -100, 255).to(dtype);
  if (range != Range::Wandb) {
    values.mul_(1.2).sub_(0.1);
    values.select(0, 1).select(0, 2).select(0, 80).narrow(0, 3, 3).copy_(
        at::tensor({kNan, kInf, -kInf}, at::kDouble));
  }
  values.select(0, 0).mul_(range == Range::Wandb ? 2 : 1);  // one picture within [0,1], one beyond
  return values.to(dtype);
}

TEST(InBlocks, PixelsAreThoseOfTheWholePicture) {
  for (const auto dtype : {at::kByte, at::kShort, at::kLong, at::kHalf, at::kBFloat16, at::kFloat, at::kDouble}) {
    for (const auto range : {Range::Auto, Range::Unit, Range::Signed, Range::Byte, Range::MinMax, Range::Wandb}) {
      SCOPED_TRACE(c10::str(dtype, ' ', static_cast<int>(range)));
      const at::Tensor nchw = numbers(dtype, range);
      const at::Tensor expected = reference(nchw.permute({0, 2, 3, 1}), range, 255).to(at::kByte);
      EXPECT_TRUE(same(ops::to_pixels(nchw, Mode::Auto, range), expected));
      EXPECT_TRUE(same(ops::to_pixels(nchw.permute({0, 2, 3, 1}).contiguous(), Mode::Auto, range), expected));
      EXPECT_TRUE(same(ops::to_pixels(nchw.transpose(2, 3), Mode::Auto, range), expected.transpose(1, 2)));
      if (range == Range::Wandb) continue;
      EXPECT_TRUE(same(ops::to_pixels(nchw.narrow(1, 0, 1), Mode::I16, Range::Signed),
                       reference(nchw.narrow(1, 0, 1).permute({0, 2, 3, 1}), Range::Signed, 65535)));
    }
  }
}

TEST(InBlocks, ModesAreThoseOfTheWholePicture) {
  const at::Tensor nchw = numbers(at::kFloat, Range::Unit);
  const at::Tensor pixels = ops::to_pixels(nchw);
  for (const auto mode : {Mode::L, Mode::LA, Mode::RGB, Mode::RGBA}) {
    const at::Tensor expected = ops::to_pixels(pixels, mode, Range::Byte, Layout::HWC);
    EXPECT_TRUE(same(ops::to_pixels(nchw, mode), expected));
    EXPECT_TRUE(same(ops::to_pixels(nchw.contiguous(at::MemoryFormat::ChannelsLast), mode), expected));
  }
  const at::Tensor red = pixels.select(3, 0), green = pixels.select(3, 1), blue = pixels.select(3, 2);
  const at::Tensor grey = red.to(at::kInt).mul(19595).add(green, 38470).add(blue, 7471).add(0x8000);
  EXPECT_TRUE(same(ops::to_pixels(nchw, Mode::L).squeeze(3), grey.floor_divide(65536).to(at::kByte)));
}

TEST(InBlocks, CropsAndStepsAreFine) {
  const at::Tensor nchw = numbers(at::kFloat, Range::Unit);
  const at::Tensor pixels = ops::to_pixels(nchw);
  EXPECT_TRUE(
      same(ops::to_pixels(nchw.narrow(2, 5, 80).narrow(3, 7, 150)), pixels.narrow(1, 5, 80).narrow(2, 7, 150)));
  EXPECT_TRUE(same(ops::to_pixels(nchw.slice(3, 0, 173, 2)), pixels.slice(2, 0, 173, 2)));
  EXPECT_TRUE(same(ops::to_pixels(nchw.narrow(1, 1, 1).expand({2, 3, 91, 173})),
                   pixels.narrow(3, 1, 1).expand({2, 91, 173, 3})));
}

TEST(ConvertPixels, LeavesSamplesInTheOrderOfTheInput) {
  ops::PixelOptions as_they_come;
  as_they_come.interleaved = false;
  for (const auto dtype : {at::kByte, at::kShort, at::kFloat}) {
    const at::Tensor chw = numbers(dtype, Range::Auto)[0];
    const at::Tensor expected = ops::to_pixels(chw);
    const at::Tensor planes = ops::convert_pixels(chw, as_they_come);
    EXPECT_TRUE(same(planes, expected));
    EXPECT_TRUE(planes.permute({2, 0, 1}).is_contiguous());
    const at::Tensor pixels = ops::convert_pixels(chw.permute({1, 2, 0}).contiguous(), as_they_come);
    EXPECT_TRUE(same(pixels, expected));
    EXPECT_TRUE(pixels.is_contiguous());
  }
}

TEST(ConvertPixels, FindsOneRangeForABatchIfAskedTo) {
  ops::PixelOptions options;
  const at::Tensor batch =
      at::cat({at::zeros({1, 1, 91, 173}), at::full({1, 1, 91, 173}, 0.5), at::ones({1, 1, 91, 173})});
  for (const auto range : {Range::MinMax, Range::Wandb}) {
    options.range = range;
    options.one_range = true;
    const at::Tensor pixels = ops::convert_pixels(batch.mul(range == Range::MinMax ? 4 : 1), options);
    EXPECT_TRUE(same(pixels.select(1, 0).select(1, 0).flatten(), bytes({0, 127, 255})));
  }
}

}  // namespace
}  // namespace sconce
