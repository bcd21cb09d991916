#include <string>

#include "same.h"
#include "sconce/ops.h"

namespace sconce {
namespace {

at::Tensor ramp(at::IntArrayRef sizes, at::ScalarType dtype = at::kByte) {
  std::int64_t count = 1;
  for (const auto size : sizes) count *= size;
  return at::arange(count, at::kLong).remainder(251).reshape(sizes).to(dtype);
}

std::string refusal(const at::Tensor& image, Layout layout = Layout::Auto) {
  try {
    ops::to_pixels(image, Mode::Auto, Range::Auto, layout);
  } catch (const c10::ValueError& error) {
    return error.what_without_backtrace();
  }
  return "nothing was thrown";
}

TEST(ToPixels, KeepsBytesAsTheyAre) {
  const at::Tensor image = ramp({5, 7, 3});
  EXPECT_TRUE(same(ops::to_pixels(image), image));
  EXPECT_TRUE(ops::to_pixels(image).is_alias_of(image));
}

TEST(ToPixels, MovesChannelsToTheEnd) {
  for (std::int64_t channels = 1; channels <= 4; ++channels) {
    const at::Tensor chw = ramp({channels, 5, 7});
    EXPECT_TRUE(same(ops::to_pixels(chw), chw.permute({1, 2, 0})));
    const at::Tensor nchw = ramp({2, channels, 5, 7});
    EXPECT_TRUE(same(ops::to_pixels(nchw), nchw.permute({0, 2, 3, 1})));
    const at::Tensor nhwc = ramp({2, 5, 7, channels});
    EXPECT_TRUE(same(ops::to_pixels(nhwc), nhwc));
  }
  EXPECT_TRUE(same(ops::to_pixels(ramp({5, 7})), ramp({5, 7, 1})));
  EXPECT_TRUE(same(ops::to_pixels(ramp({1, 3, 5, 7})), ramp({1, 3, 5, 7}).permute({0, 2, 3, 1})));
}

TEST(ToPixels, ReadsCHWFirstAndAStatedLayoutAsStated) {
  const at::Tensor image = ramp({3, 5, 4});
  EXPECT_TRUE(same(ops::to_pixels(image), image.permute({1, 2, 0})));
  EXPECT_TRUE(same(ops::to_pixels(image, Mode::Auto, Range::Auto, Layout::HWC), image));
  EXPECT_TRUE(same(ops::to_pixels(image, Mode::Auto, Range::Auto, Layout::CHW), image.permute({1, 2, 0})));
  EXPECT_TRUE(same(ops::to_pixels(ramp({2, 3}), Mode::Auto, Range::Auto, Layout::HWC), ramp({2, 3, 1})));
}

TEST(ToPixels, KeepsDimensionsOfOne) {
  EXPECT_EQ(ops::to_pixels(ramp({3, 1, 1})).sizes(), at::IntArrayRef({1, 1, 3}));
  EXPECT_EQ(ops::to_pixels(ramp({1, 1, 1})).sizes(), at::IntArrayRef({1, 1, 1}));
  EXPECT_EQ(ops::to_pixels(ramp({3, 5, 1})).sizes(), at::IntArrayRef({5, 1, 3}));
  EXPECT_EQ(ops::to_pixels(ramp({1, 1})).sizes(), at::IntArrayRef({1, 1, 1}));
}

TEST(ToPixels, GivesContiguousPixelsForAnyStrides) {
  const at::Tensor nchw = ramp({2, 3, 8, 6}, at::kFloat).div(255);
  const at::Tensor expected = ops::to_pixels(nchw);
  EXPECT_TRUE(same(ops::to_pixels(nchw.contiguous(at::MemoryFormat::ChannelsLast)), expected));
  EXPECT_TRUE(same(ops::to_pixels(nchw.transpose(2, 3)), expected.transpose(1, 2)));
  EXPECT_TRUE(same(ops::to_pixels(nchw.slice(3, 1, 6, 2)), expected.slice(2, 1, 6, 2)));
  EXPECT_TRUE(same(ops::to_pixels(nchw.select(0, 0).narrow(0, 0, 1).expand({3, 8, 6})),
                   expected[0].narrow(2, 0, 1).expand({8, 6, 3})));
  for (const at::Tensor& image : {nchw, nchw.transpose(2, 3), nchw.mul(255).to(at::kByte)}) {
    EXPECT_TRUE(ops::to_pixels(image).is_contiguous());
  }
}

TEST(ToPixels, LeavesItsInputAlone) {
  for (const auto dtype : {at::kBool, at::kByte, at::kShort, at::kHalf, at::kFloat, at::kDouble}) {
    for (const auto range : {Range::Auto, Range::Unit, Range::Signed, Range::Byte, Range::MinMax, Range::Wandb}) {
      const at::Tensor image = ramp({3, 4, 5}, dtype);
      const at::Tensor before = image.clone();
      ops::to_pixels(image, Mode::RGBA, range);
      EXPECT_TRUE(same(image, before)) << dtype;
    }
  }
}

TEST(ToPixels, TakesTensorsWithGradient) {
  const at::Tensor leaf = at::full({3, 2, 2}, 0.5, at::TensorOptions(at::kFloat).requires_grad(true));
  for (const at::Tensor& image : {leaf, leaf.mul(1)}) {
    const at::Tensor pixels = ops::to_pixels(image, Mode::Auto, Range::MinMax);
    EXPECT_TRUE(same(pixels, at::full({2, 2, 3}, 127, at::kByte)));
  }
}

TEST(ToPixels, WorksInInferenceModeAndAfterIt) {
  const at::Tensor image = at::rand({3, 300, 200});
  const at::Tensor expected = ops::to_pixels(image, Mode::RGBA, Range::MinMax);
  at::Tensor inside;
  {
    const c10::InferenceMode guard;
    inside = ops::to_pixels(image.clone(), Mode::RGBA, Range::MinMax);
  }
  EXPECT_TRUE(same(inside, expected));
  EXPECT_TRUE(same(ops::to_pixels(image, Mode::RGBA, Range::MinMax), expected));
  EXPECT_TRUE(same(ops::to_pixels(inside, Mode::RGB, Range::Byte, Layout::HWC), expected.narrow(2, 0, 3)));
}

TEST(ToPixels, TakesQuantizedTensors) {
  const at::Tensor image = at::tensor({0.0F, 0.25F, 0.5F, 1.0F}).reshape({2, 2});
  const at::Tensor quantized = at::quantize_per_tensor(image, 1.0 / 256, 0, at::kQInt32);
  EXPECT_TRUE(same(ops::to_pixels(quantized), bytes({0, 63, 127, 255}, {2, 2, 1})));
}

TEST(ToPixels, RefusesOtherShapesAndNamesThem) {
  EXPECT_EQ(
      refusal(at::zeros({5, 6, 7})),
      "expected a picture of shape [H,W], [C,H,W], [H,W,C], [N,C,H,W] or [N,H,W,C] with C from 1 to 4 and no "
      "empty dimension, got float32 [5, 6, 7] on cpu");
  EXPECT_EQ(refusal(ramp({5, 6, 3}), Layout::CHW),
            "expected a picture of shape [H,W], [C,H,W] or [N,C,H,W] (layout CHW) with C from 1 to 4 and no empty "
            "dimension, got uint8 [5, 6, 3] on cpu");
  EXPECT_EQ(refusal(ramp({3, 5, 6}), Layout::HWC),
            "expected a picture of shape [H,W], [H,W,C] or [N,H,W,C] (layout HWC) with C from 1 to 4 and no empty "
            "dimension, got uint8 [3, 5, 6] on cpu");
  const std::vector<std::vector<std::int64_t>> shapes = {{},           {3},          {1, 1, 3, 4, 4}, {0, 4},
                                                         {4, 0},       {3, 0, 4},    {0, 4, 4},       {4, 4, 0},
                                                         {0, 3, 4, 4}, {2, 5, 6, 7}, {2, 3, 4, 0}};
  for (const auto& shape : shapes) EXPECT_NE(refusal(at::zeros(shape)), "nothing was thrown") << shape;
}

TEST(ToPixels, RefusesWhatIsNotRealNumbers) {
  EXPECT_THROW(ops::to_pixels(at::Tensor()), c10::TypeError);
  EXPECT_THROW(ops::to_pixels(at::zeros({2, 2}, at::kComplexFloat)), c10::TypeError);
  EXPECT_THROW(ops::to_pixels(at::zeros({2, 2}, at::TensorOptions().device(at::kMeta))), c10::TypeError);
  EXPECT_THROW(ops::to_pixels(at::ones({2, 2}).to_sparse()), c10::TypeError);
}

TEST(ToPixels, RefusesWandbsRangeForSixteenBits) {
  EXPECT_THROW(ops::to_pixels(at::zeros({2, 2}), Mode::I16, Range::Wandb), c10::ValueError);
}

}  // namespace
}  // namespace sconce
