#include <cmath>

#include "same.h"
#include "sconce/ops.h"

namespace sconce {
namespace {

std::int64_t invalid(const at::Tensor& mask) { return ops::invalid_labels(mask).item<std::int64_t>(); }

TEST(ToLabels, KeepsBytesAsTheyAre) {
  const at::Tensor mask = at::arange(35, at::kByte).reshape({5, 7});
  EXPECT_TRUE(same(ops::to_labels(mask), mask));
  EXPECT_TRUE(ops::to_labels(mask).is_alias_of(mask));
}

TEST(ToLabels, DropsTheChannelDimension) {
  const at::Tensor mask = at::arange(35, at::kByte).reshape({5, 7});
  EXPECT_TRUE(same(ops::to_labels(mask.unsqueeze(0)), mask));
  EXPECT_TRUE(same(ops::to_labels(mask.unsqueeze(2)), mask));
  EXPECT_EQ(ops::to_labels(mask.narrow(1, 0, 1).unsqueeze(0)).sizes(), at::IntArrayRef({5, 1}));
}

TEST(ToLabels, TakesWholeNumbersOfEveryDtype) {
  for (const auto dtype : {at::kShort, at::kInt, at::kLong, at::kFloat, at::kDouble, at::kHalf}) {
    const at::Tensor mask = at::tensor({0, 1, 128, 255}, at::kInt).to(dtype).reshape({2, 2});
    EXPECT_TRUE(same(ops::to_labels(mask), bytes({0, 1, 128, 255}, {2, 2}))) << dtype;
    EXPECT_EQ(invalid(mask), 0) << dtype;
  }
  const at::Tensor small = at::tensor({0, 127}, at::kInt).reshape({1, 2});
  EXPECT_TRUE(same(ops::to_labels(small.to(at::kChar)), bytes({0, 127}, {1, 2})));
  EXPECT_TRUE(same(ops::to_labels(small.to(at::kBFloat16)), bytes({0, 127}, {1, 2})));
  EXPECT_TRUE(same(ops::to_labels(small.to(at::kBool)), bytes({0, 1}, {1, 2})));
  EXPECT_EQ(invalid(small.to(at::kBool)), 0);
}

TEST(ToLabels, RefusesAndCountsIdsOutsideOfBytes) {
  const at::Tensor mask = at::tensor({-1, 0, 255, 256, 65536}, at::kInt).reshape({1, 5});
  for (const auto dtype : {at::kInt, at::kLong, at::kFloat, at::kDouble}) {
    EXPECT_EQ(invalid(mask.to(dtype)), 3) << dtype;
    EXPECT_THROW(ops::to_labels(mask.to(dtype)), c10::ValueError) << dtype;
  }
  const at::Tensor small = at::tensor({-128, -1, 0, 127}, at::kInt).reshape({1, 4}).to(at::kChar);
  EXPECT_EQ(invalid(small), 2);
  EXPECT_THROW(ops::to_labels(small), c10::ValueError);
}

TEST(ToLabels, RefusesAndCountsFractions) {
  const at::Tensor mask = at::tensor({0.0F, 0.5F, 1.0F, 254.99F, NAN, INFINITY, -INFINITY}).reshape({1, 7});
  EXPECT_EQ(invalid(mask), 5);
  EXPECT_EQ(invalid(mask.to(at::kHalf)), 4) << "254.99 is 255 in half";
  try {
    ops::to_labels(mask);
    FAIL() << "nothing was thrown";
  } catch (const c10::ValueError& error) {
    EXPECT_STREQ(error.what_without_backtrace(),
                 "expected class ids to be whole numbers from 0 to 255, got 0.5 and 4 more such values in float32 "
                 "[1, 7] on cpu");
  }
}

TEST(ToLabels, RefusesOtherShapes) {
  const std::vector<std::vector<std::int64_t>> shapes = {{}, {4}, {2, 3, 4}, {1, 1, 3, 4}, {0, 4}, {1, 4, 0}};
  for (const auto& shape : shapes) {
    EXPECT_THROW(ops::to_labels(at::zeros(shape, at::kByte)), c10::ValueError) << shape;
    EXPECT_THROW(ops::invalid_labels(at::zeros(shape, at::kByte)), c10::ValueError) << shape;
  }
}

TEST(ToLabels, RefusesWhatIsNotClassIds) {
  EXPECT_THROW(ops::to_labels(at::Tensor()), c10::TypeError);
  EXPECT_THROW(ops::to_labels(at::zeros({2, 2}, at::kComplexFloat)), c10::TypeError);
  EXPECT_THROW(ops::to_labels(at::quantize_per_tensor(at::zeros({2, 2}), 1, 0, at::kQUInt8)), c10::TypeError);
}

}  // namespace
}  // namespace sconce
