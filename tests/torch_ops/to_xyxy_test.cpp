#include "same.h"
#include "sconce/ops.h"

namespace sconce {
namespace {

TEST(ToXyxy, LeavesCornersAlone) {
  const at::Tensor boxes = at::tensor({1.5, 2.0, 3.0, 4.0}).reshape({1, 4});
  EXPECT_TRUE(same(ops::to_xyxy(boxes, BoxFormat::XYXY), boxes));
}

TEST(ToXyxy, AddsSizeToCorner) {
  const at::Tensor boxes = at::tensor({1.5, 2.0, 3.0, 4.0, -1.0, 0.0, 2.0, 0.5}).reshape({2, 4});
  EXPECT_TRUE(same(ops::to_xyxy(boxes, BoxFormat::XYWH),
                   at::tensor({1.5, 2.0, 4.5, 6.0, -1.0, 0.0, 1.0, 0.5}).reshape({2, 4})));
}

TEST(ToXyxy, TakesHalfOfTheSizeToEachSideOfTheCentre) {
  const at::Tensor boxes = at::tensor({1.5, 2.0, 3.0, 4.0}).reshape({1, 4});
  EXPECT_TRUE(same(ops::to_xyxy(boxes, BoxFormat::CXCYWH), at::tensor({0.0, 0.0, 3.0, 4.0}).reshape({1, 4})));
}

TEST(ToXyxy, KeepsIntegersButForCentres) {
  for (const auto dtype : {at::kBool, at::kByte, at::kChar, at::kShort, at::kInt, at::kLong}) {
    const at::Tensor boxes = at::ones({1, 4}, dtype);
    EXPECT_TRUE(same(ops::to_xyxy(boxes, BoxFormat::XYXY), at::ones({1, 4}, at::kLong))) << dtype;
    EXPECT_TRUE(same(ops::to_xyxy(boxes, BoxFormat::XYWH), at::tensor({1, 1, 2, 2}, at::kLong).reshape({1, 4})));
    EXPECT_TRUE(same(ops::to_xyxy(boxes, BoxFormat::CXCYWH),
                     at::tensor({0.5, 0.5, 1.5, 1.5}, at::kDouble).reshape({1, 4})));
  }
  EXPECT_TRUE(same(ops::to_xyxy(bytes({200, 0, 100, 255}, {1, 4}), BoxFormat::XYWH),
                   at::tensor({200, 0, 300, 255}, at::kLong).reshape({1, 4})));
}

TEST(ToXyxy, GivesFloatForHalfAndKeepsDouble) {
  for (const auto format : {BoxFormat::XYXY, BoxFormat::XYWH, BoxFormat::CXCYWH}) {
    EXPECT_EQ(ops::to_xyxy(at::ones({1, 4}, at::kHalf), format).scalar_type(), at::kFloat);
    EXPECT_EQ(ops::to_xyxy(at::ones({1, 4}, at::kBFloat16), format).scalar_type(), at::kFloat);
    EXPECT_EQ(ops::to_xyxy(at::ones({1, 4}, at::kDouble), format).scalar_type(), at::kDouble);
  }
}

TEST(ToXyxy, TakesNoBoxesAtAll) {
  for (const auto format : {BoxFormat::XYXY, BoxFormat::XYWH, BoxFormat::CXCYWH}) {
    EXPECT_EQ(ops::to_xyxy(at::zeros({0, 4}), format).sizes(), at::IntArrayRef({0, 4}));
  }
}

TEST(ToXyxy, RefusesOtherShapes) {
  const std::vector<std::vector<std::int64_t>> shapes = {{}, {4}, {0}, {2, 5}, {4, 1}, {1, 1, 4}};
  for (const auto& shape : shapes) {
    EXPECT_THROW(ops::to_xyxy(at::zeros(shape), BoxFormat::XYXY), c10::ValueError) << shape;
  }
  EXPECT_THROW(ops::to_xyxy(at::zeros({1, 4}, at::kComplexFloat), BoxFormat::XYXY), c10::TypeError);
}

}  // namespace
}  // namespace sconce
