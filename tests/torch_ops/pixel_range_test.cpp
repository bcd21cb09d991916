#include <cstdint>
#include <limits>
#include <vector>

#include "same.h"
#include "sconce/ops.h"

namespace sconce {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInf = std::numeric_limits<double>::infinity();

/// One row of values through to_pixels, as a row again.
at::Tensor row(const at::Tensor& values, Range range, Mode mode = Mode::Auto) {
  return ops::to_pixels(values.unsqueeze(0), mode, range).reshape({-1});
}

at::Tensor words(const std::vector<std::int64_t>& values) { return at::tensor(values, at::kInt); }

TEST(PixelRange, TruncatesAndClipsUnitNumbers) {
  for (const auto dtype : {at::kFloat, at::kDouble, at::kHalf, at::kBFloat16}) {
    const at::Tensor values = at::tensor({-0.5, 0.0, 0.25, 0.5, 1.0, 1.0078125, 3.0, kNan, kInf, -kInf}).to(dtype);
    const at::Tensor expected = bytes({0, 0, 63, 127, 255, 255, 255, 0, 255, 0});
    EXPECT_TRUE(same(row(values, Range::Auto), expected)) << dtype;
    EXPECT_TRUE(same(row(values, Range::Unit), expected)) << dtype;
  }
}

TEST(PixelRange, GivesBackEveryByteDividedBy255) {
  for (const auto dtype : {at::kFloat, at::kDouble}) {
    const at::Tensor all = at::arange(256, at::kByte);
    EXPECT_TRUE(same(row(all.to(dtype).div(255), Range::Auto), all)) << dtype;
  }
}

TEST(PixelRange, ComputesHalfInFloat) {
  const at::Tensor all = at::arange(0, 1, 1.0 / 2048, at::kFloat).to(at::kHalf);
  EXPECT_TRUE(same(row(all, Range::Auto), row(all.to(at::kFloat), Range::Auto)));
  EXPECT_TRUE(same(row(all, Range::Signed), row(all.to(at::kFloat), Range::Signed)));
  EXPECT_TRUE(same(row(all.sub(0.25), Range::MinMax), row(all.sub(0.25).to(at::kFloat), Range::MinMax)));
}

TEST(PixelRange, MapsSignedNumbersAsWandbDoes) {
  for (const auto dtype : {at::kFloat, at::kDouble, at::kHalf, at::kBFloat16}) {
    const at::Tensor values = at::tensor({-2.0, -1.0, -0.5, 0.0, 0.5, 1.0, 2.0, kNan, kInf, -kInf}).to(dtype);
    EXPECT_TRUE(same(row(values, Range::Signed), bytes({0, 0, 63, 127, 191, 255, 255, 0, 255, 0}))) << dtype;
  }
  EXPECT_TRUE(same(row(at::tensor({-5, -1, 0, 1, 7}, at::kInt), Range::Signed), bytes({0, 0, 127, 255, 255})));
}

TEST(PixelRange, TakesByteNumbersAsPixels) {
  const at::Tensor values = at::tensor({-1.0, 0.9, 1.0, 254.99, 255.5, 300.0, kNan, kInf, -kInf});
  EXPECT_TRUE(same(row(values, Range::Byte), bytes({0, 0, 1, 254, 255, 255, 0, 255, 0})));
  EXPECT_TRUE(same(row(at::tensor({0, 1}, at::kInt).to(at::kBool), Range::Byte), bytes({0, 1})));
}

TEST(PixelRange, ClipsIntegersOfEveryWidth) {
  for (const auto dtype : {at::kShort, at::kInt, at::kLong}) {
    const at::Tensor values = at::tensor({-32768, -1, 0, 1, 255, 256, 32767}, at::kInt).to(dtype);
    for (const auto range : {Range::Auto, Range::Byte}) {
      EXPECT_TRUE(same(row(values, range), bytes({0, 0, 0, 1, 255, 255, 255}))) << dtype;
      EXPECT_TRUE(same(row(values, range, Mode::I16), words({0, 0, 0, 1, 255, 256, 32767}))) << dtype;
    }
  }
  const at::Tensor small = at::tensor({-128, -1, 0, 127}, at::kInt).to(at::kChar);
  EXPECT_TRUE(same(row(small, Range::Auto), bytes({0, 0, 0, 127})));
  EXPECT_TRUE(same(row(small, Range::Auto, Mode::I16), words({0, 0, 0, 127})));
  const at::Tensor large = at::tensor({std::int64_t{65535}, std::int64_t{65536}, INT64_MAX, INT64_MIN}, at::kLong);
  EXPECT_TRUE(same(row(large, Range::Auto, Mode::I16), words({65535, 65535, 65535, 0})));
}

TEST(PixelRange, NeverScalesBytesByTheirValues) {
  EXPECT_TRUE(same(row(bytes({0, 1, 1}), Range::Auto), bytes({0, 1, 1})));
  EXPECT_TRUE(same(row(bytes({0, 1, 255}), Range::Auto, Mode::I16), words({0, 1, 255})));
}

TEST(PixelRange, TakesIntegersAsUnitWhereThatIsStated) {
  EXPECT_TRUE(same(row(bytes({0, 1, 2}), Range::Unit), bytes({0, 255, 255})));
  EXPECT_TRUE(same(row(at::tensor({-1, 0, 1}, at::kLong), Range::Unit), bytes({0, 0, 255})));
}

TEST(PixelRange, MakesTrueFullScale) {
  const at::Tensor values = at::tensor({0, 1}, at::kInt).to(at::kBool);
  for (const auto range : {Range::Auto, Range::Unit, Range::MinMax}) {
    EXPECT_TRUE(same(row(values, range), bytes({0, 255})));
    EXPECT_TRUE(same(row(values, range, Mode::I16), words({0, 65535})));
  }
  EXPECT_TRUE(same(row(values, Range::Wandb), bytes({0, 255})));
}

TEST(PixelRange, ScalesTo65535ForSixteenBits) {
  const at::Tensor values = at::tensor({-0.5, 0.0, 0.5, 1.0, 1.5, kNan, kInf});
  EXPECT_TRUE(same(row(values, Range::Auto, Mode::I16), words({0, 0, 32767, 65535, 65535, 0, 65535})));
  EXPECT_TRUE(same(row(values, Range::Signed, Mode::I16), words({16383, 32767, 49151, 65535, 65535, 0, 65535})));
  EXPECT_TRUE(same(row(values.mul(60000), Range::Byte, Mode::I16), words({0, 0, 30000, 60000, 65535, 0, 65535})));
  EXPECT_TRUE(same(row(values, Range::MinMax, Mode::I16), words({0, 16383, 32767, 49151, 65535, 0, 65535})));
}

TEST(PixelRange, StretchesFiniteNumbers) {
  for (const auto dtype : {at::kFloat, at::kDouble, at::kHalf, at::kBFloat16}) {
    const at::Tensor values = at::tensor({-2.0, 2.0, 0.0, kNan, kInf, -kInf}).to(dtype);
    EXPECT_TRUE(same(row(values, Range::MinMax), bytes({0, 255, 127, 0, 255, 0}))) << dtype;
  }
  for (const auto dtype : {at::kByte, at::kShort, at::kInt, at::kLong}) {
    EXPECT_TRUE(same(row(at::tensor({10, 15, 20}, at::kInt).to(dtype), Range::MinMax), bytes({0, 127, 255})));
  }
}

TEST(PixelRange, StretchesRangesThatTheirTypeCannotHold) {
  constexpr float kMax = std::numeric_limits<float>::max();
  EXPECT_TRUE(same(row(at::tensor({-kMax, 0.0F, kMax}), Range::MinMax), bytes({0, 127, 255})));
  constexpr double kMaxDouble = std::numeric_limits<double>::max();
  EXPECT_TRUE(
      same(row(at::tensor({-kMaxDouble, 0.0, kMaxDouble}, at::kDouble), Range::MinMax), bytes({0, 127, 255})));
  EXPECT_TRUE(same(row(at::tensor({-128, 0, 127}, at::kInt).to(at::kChar), Range::MinMax), bytes({0, 128, 255})));
  const at::Tensor wide = at::tensor({INT64_MIN, std::int64_t{0}, INT64_MAX}, at::kLong);
  EXPECT_TRUE(same(row(wide, Range::MinMax), bytes({0, 127, 255})));
  const float tiny = std::numeric_limits<float>::denorm_min();
  EXPECT_TRUE(same(row(at::tensor({0.0F, tiny, 2 * tiny}), Range::MinMax), bytes({0, 127, 255})));
}

TEST(PixelRange, TakesAConstantPictureAsAutoDoes) {
  for (const double value : {-1.0, 0.0, 0.25, 1.0, 7.0}) {
    for (const auto dtype : {at::kFloat, at::kDouble, at::kHalf, at::kInt, at::kLong}) {
      const at::Tensor values = at::full({4}, value, dtype);
      EXPECT_TRUE(same(row(values, Range::MinMax), row(values, Range::Auto))) << value << dtype;
      EXPECT_TRUE(same(row(values, Range::MinMax, Mode::I16), row(values, Range::Auto, Mode::I16)))
          << value << dtype;
    }
  }
  EXPECT_TRUE(same(row(at::tensor({0.5, 0.5, kNan, kInf, -kInf}), Range::MinMax), bytes({127, 127, 0, 255, 0})));
  EXPECT_TRUE(same(row(at::tensor({kNan, kInf, -kInf}), Range::MinMax), bytes({0, 255, 0})));
  EXPECT_TRUE(same(row(bytes({200, 200}), Range::MinMax), bytes({200, 200})));
}

TEST(PixelRange, LooksAtEachPictureOfABatchByItself) {
  const at::Tensor batch = at::tensor({0.0, 0.5, 1.0, -1.0, 0.0, 1.0, 0.0, 100.0, 300.0}).reshape({3, 1, 1, 3});
  EXPECT_TRUE(same(ops::to_pixels(batch, Mode::Auto, Range::Wandb),
                   bytes({0, 127, 255, 0, 127, 255, 0, 100, 255}, {3, 1, 3, 1})));
  EXPECT_TRUE(same(ops::to_pixels(batch, Mode::Auto, Range::MinMax),
                   bytes({0, 127, 255, 0, 127, 255, 0, 85, 255}, {3, 1, 3, 1})));
}

TEST(PixelRange, GuessesAsWandbDoes) {
  EXPECT_TRUE(same(row(at::tensor({0.0, 1.0}), Range::Wandb), bytes({0, 255})));
  EXPECT_TRUE(same(row(at::tensor({0.0, 1.0, 1.0001}), Range::Wandb), bytes({0, 1, 1})));
  EXPECT_TRUE(same(row(at::tensor({0.0, 0.5, 1.0, kNan}), Range::Wandb), bytes({0, 0, 1, 0})));
  EXPECT_TRUE(same(row(at::tensor({0.0, 0.5, 1.0, kInf}), Range::Wandb), bytes({0, 0, 1, 255})));
  EXPECT_TRUE(same(row(at::tensor({-kInf, 0.5, 1.0}), Range::Wandb), bytes({0, 0, 1})));
  EXPECT_TRUE(same(row(at::tensor({-1.0, 0.0, 1.0}), Range::Wandb), bytes({0, 127, 255})));
  EXPECT_TRUE(same(row(bytes({0, 1}), Range::Wandb), bytes({0, 255})));
  EXPECT_TRUE(same(row(bytes({0, 1, 2}), Range::Wandb), bytes({0, 1, 2})));
  for (const auto dtype : {at::kChar, at::kShort, at::kInt, at::kLong}) {
    EXPECT_TRUE(same(row(at::tensor({-1, 0, 1}, at::kInt).to(dtype), Range::Wandb), bytes({0, 127, 255})))
        << dtype;
    EXPECT_TRUE(same(row(at::tensor({-2, 0, 1}, at::kInt).to(dtype), Range::Wandb), bytes({0, 0, 1}))) << dtype;
  }
  const at::Tensor large = at::tensor({INT64_MIN, std::int64_t{77}, INT64_MAX}, at::kLong);
  EXPECT_TRUE(same(row(large, Range::Wandb), bytes({0, 77, 255})));
}

TEST(PixelRange, RoundsEachStepOfWandbsRuleToTheTypeItself) {
  const at::Tensor values = at::arange(0, 1, 1.0 / 2048, at::kFloat).to(at::kHalf);
  const at::Tensor expected = values.to(at::kFloat).mul(255).to(at::kHalf).to(at::kFloat).to(at::kByte);
  EXPECT_TRUE(same(row(values, Range::Wandb), expected));
  EXPECT_FALSE(same(row(values, Range::Wandb), row(values, Range::Auto)));
}

}  // namespace
}  // namespace sconce
