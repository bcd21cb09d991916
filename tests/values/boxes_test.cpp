#include "sconce/boxes.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>

#include "support/refusal.h"
#include "values/boxes_data.h"

namespace sconce {
namespace {

using test::refusal;
using Names = std::map<std::int64_t, std::string>;

at::Tensor two_boxes() { return at::tensor({1.0F, 2.0F, 3.0F, 4.0F, 0.0F, 0.5F, 10.0F, 20.25F}).reshape({2, 4}); }

std::string text_of(const at::Tensor& coordinates, const BoxesOptions& options = {},
                    const Classes& fallback = {}) {
  return store::boxes_text(Boxes(coordinates, options).data().checked_group(fallback));
}

/// The position of the only box.
std::vector<double> corners(const at::Tensor& coordinates, BoxFormat format) {
  const store::Box box = Boxes(coordinates, BoxesOptions().format(format)).data().checked_group({}).boxes.at(0);
  return {box.min_x, box.min_y, box.max_x, box.max_y};
}

std::string value_error(const at::Tensor& coordinates, const BoxesOptions& options = {}) {
  return refusal<c10::ValueError>([&] { Boxes(coordinates, options); });
}

// ---- what is written ----

TEST(Boxes, AreCornersInPixels) {
  EXPECT_EQ(text_of(two_boxes()),
            R"({"box_data":[)"
            R"({"position":{"minX":1.0,"maxX":3.0,"minY":2.0,"maxY":4.0},"domain":"pixel","class_id":0},)"
            R"({"position":{"minX":0.0,"maxX":10.0,"minY":0.5,"maxY":20.25},"domain":"pixel","class_id":0}]})");
}

TEST(Boxes, HaveNoDomainWhenNormalized) {
  EXPECT_EQ(text_of(at::tensor({0.0, 0.25, 0.5, 1.0}).reshape({1, 4}), BoxesOptions().normalized(true)),
            R"({"box_data":[{"position":{"minX":0.0,"maxX":0.5,"minY":0.25,"maxY":1.0},"class_id":0}]})");
}

TEST(Boxes, KeepIntegersIntegers) {
  for (const auto dtype : {at::kByte, at::kChar, at::kShort, at::kInt, at::kLong}) {
    EXPECT_EQ(text_of(at::arange(4, at::kLong).to(dtype).reshape({1, 4})),
              R"({"box_data":[{"position":{"minX":0,"maxX":2,"minY":1,"maxY":3},"domain":"pixel","class_id":0}]})")
        << dtype;
  }
}

TEST(Boxes, TakeFloatsOfEveryWidth) {
  for (const auto dtype : {at::kHalf, at::kBFloat16, at::kFloat, at::kDouble}) {
    EXPECT_EQ(corners(at::tensor({0.5, 1.0, 2.0, 3.0}).to(dtype).reshape({1, 4}), BoxFormat::XYXY),
              (std::vector<double>{0.5, 1, 2, 3}))
        << dtype;
  }
}

TEST(Boxes, TakeEveryFormat) {
  const at::Tensor box = at::tensor({10.0, 20.0, 30.0, 50.0}).reshape({1, 4});
  EXPECT_EQ(corners(box, BoxFormat::XYXY), (std::vector<double>{10, 20, 30, 50}));
  EXPECT_EQ(corners(box, BoxFormat::XYWH), (std::vector<double>{10, 20, 40, 70}));
  EXPECT_EQ(corners(box, BoxFormat::CXCYWH), (std::vector<double>{-5, -5, 25, 45}));
  EXPECT_EQ(corners(at::tensor({200, 200, 100, 100}).to(at::kByte).reshape({1, 4}), BoxFormat::XYWH),
            (std::vector<double>{200, 200, 300, 300}));
}

TEST(Boxes, MayBeNone) {
  EXPECT_EQ(text_of(at::zeros({0, 4})), R"({"box_data":[]})");
  EXPECT_EQ(
      text_of(at::zeros({0, 4}, at::kLong),
              BoxesOptions().labels(at::zeros({0}, at::kLong)).scores({{"acc", at::zeros({0})}}).classes({"a"})),
      R"({"box_data":[],"class_labels":{"0":"a"}})");
}

TEST(Boxes, MayBePoints) {
  EXPECT_EQ(corners(at::ones({1, 4}), BoxFormat::XYXY), (std::vector<double>{1, 1, 1, 1}));
}

TEST(Boxes, HaveLabelsScoresAndCaptions) {
  const auto options = BoxesOptions()
                           .labels(at::tensor({1, 0}, at::kInt))
                           .scores({{"score", at::tensor({0.5, 1.0})}, {"iou", at::tensor({3, 4})}})
                           .captions({"first", ""})
                           .classes({"cat", "dog"});
  EXPECT_EQ(
      text_of(two_boxes(), options),
      R"({"box_data":[{"position":{"minX":1.0,"maxX":3.0,"minY":2.0,"maxY":4.0},"domain":"pixel","class_id":1,)"
      R"("box_caption":"first","scores":{"score":0.5,"iou":3.0}},)"
      R"({"position":{"minX":0.0,"maxX":10.0,"minY":0.5,"maxY":20.25},"domain":"pixel","class_id":0,)"
      R"("box_caption":"","scores":{"score":1.0,"iou":4.0}}],"class_labels":{"0":"cat","1":"dog"}})");
}

TEST(Boxes, TakeLabelsOfEveryIntegerDtype) {
  for (const auto dtype : {at::kByte, at::kChar, at::kShort, at::kInt, at::kLong}) {
    const auto options = BoxesOptions().labels(at::tensor({7, 3}, at::kLong).to(dtype));
    EXPECT_EQ(Boxes(two_boxes(), options).data().checked_group({}).boxes[0].class_id, 7) << dtype;
  }
}

TEST(Boxes, TakeTensorsOfAnyStrides) {
  const at::Tensor labels = at::tensor({7, 0, 3, 0}, at::kLong).slice(0, 0, 4, 2);
  const auto group =
      Boxes(two_boxes().t().contiguous().t(), BoxesOptions().labels(labels)).data().checked_group({});
  EXPECT_EQ(group.boxes[0].max_y, 4);
  EXPECT_EQ(group.boxes[1].class_id, 3);
}

TEST(Boxes, HaveNoClassWhereThereAreNamesButNoLabels) {
  EXPECT_FALSE(Boxes(two_boxes(), BoxesOptions().classes({"cat"})).data().checked_group({}).boxes[0].class_id);
}

TEST(Boxes, TakeTheValuesNow) {
  at::Tensor coordinates = two_boxes();
  at::Tensor labels = at::zeros({2}, at::kLong);
  at::Tensor scores = at::zeros({2});
  const Boxes boxes(coordinates, BoxesOptions().labels(labels).scores({{"acc", scores}}));
  const std::string before = store::boxes_text(boxes.data().checked_group({}));
  coordinates.fill_(NAN);
  labels.fill_(5);
  scores.fill_(NAN);
  EXPECT_EQ(store::boxes_text(boxes.data().checked_group({})), before);
}

TEST(Boxes, DetachFromAutograd) {
  at::Tensor coordinates = two_boxes();
  at::Tensor scores = at::ones({2});
  coordinates.requires_grad_(true);
  scores.requires_grad_(true);
  EXPECT_NE(text_of(coordinates, BoxesOptions().scores({{"acc", scores}})).find("\"acc\":1.0"), std::string::npos);
}

TEST(Boxes, NameTheIdsTheyHoldUnlessToldOthers) {
  const auto labels = BoxesOptions().labels(at::tensor({7, 3}, at::kLong));
  EXPECT_EQ(class_names(Boxes(two_boxes(), labels).data().checked_group({})),
            (Names{{3, "class_3"}, {7, "class_7"}}));
  EXPECT_EQ(class_names(Boxes(two_boxes()).data().checked_group({})), (Names{{0, "class_0"}}));
  const Classes all(Names{{3, "cat"}, {7, "dog"}, {8, "cow"}});
  EXPECT_EQ(class_names(Boxes(two_boxes(), labels).data().checked_group(all)), all.names()) << "the image's";
  const Classes own(Names{{3, "a"}, {7, "b"}});
  auto named = labels;
  EXPECT_EQ(class_names(Boxes(two_boxes(), named.classes(own)).data().checked_group(all)), own.names());
}

// ---- what is refused ----

TEST(Boxes, MustBeRowsOfFour) {
  for (const auto& shape : std::vector<std::vector<std::int64_t>>{{}, {4}, {2, 5}, {4, 2}, {1, 2, 4}, {0}}) {
    EXPECT_NE(value_error(at::zeros(shape)).find("expected boxes of shape [N,4], got float32 ["),
              std::string::npos)
        << shape;
  }
  EXPECT_THROW(Boxes{at::Tensor()}, c10::TypeError);
  EXPECT_THROW(Boxes(at::zeros({1, 4}, at::kComplexFloat)), c10::TypeError);
}

TEST(Boxes, MustBeFinite) {
  at::Tensor coordinates = two_boxes();
  coordinates[1][2] = NAN;
  EXPECT_EQ(value_error(coordinates), "box 1: expected finite corners, got (0, 0.5, nan, 20.25)");
  coordinates[1][2] = INFINITY;
  EXPECT_EQ(value_error(coordinates), "box 1: expected finite corners, got (0, 0.5, inf, 20.25)");
  EXPECT_NE(value_error(coordinates, BoxesOptions().format(BoxFormat::CXCYWH)).find("box 1: "), std::string::npos);
}

TEST(Boxes, MustNotBeInverted) {
  EXPECT_EQ(value_error(at::tensor({0, 0, 1, 1, 5, 2, 3, 4}).reshape({2, 4})),
            "box 1: expected x0 <= x1 and y0 <= y1, got (x0, y0, x1, y1) = (5, 2, 3, 4)");
  EXPECT_NE(value_error(at::tensor({5, 4, 6, 2}).reshape({1, 4})).find("box 0: expected x0 <= x1"),
            std::string::npos);
  EXPECT_NE(value_error(at::tensor({5, 5, -1, 2}).reshape({1, 4}), BoxesOptions().format(BoxFormat::XYWH))
                .find("box 0: expected x0 <= x1"),
            std::string::npos);
}

TEST(Boxes, MustHaveAsManyLabels) {
  EXPECT_EQ(value_error(two_boxes(), BoxesOptions().labels(at::zeros({3}, at::kLong))),
            "expected labels of shape [2], one for each box, got int64 [3] on cpu");
  EXPECT_NE(value_error(two_boxes(), BoxesOptions().labels(at::zeros({2, 1}, at::kLong))).find("got int64 [2, 1]"),
            std::string::npos);
}

TEST(Boxes, MustHaveIntegerLabels) {
  for (const auto dtype : {at::kFloat, at::kBool, at::kComplexFloat}) {
    EXPECT_THROW(Boxes(two_boxes(), BoxesOptions().labels(at::zeros({2}, dtype))), c10::TypeError) << dtype;
  }
}

TEST(Boxes, MustHaveAsManyScores) {
  EXPECT_EQ(value_error(two_boxes(), BoxesOptions().scores({{"good", at::ones({2})}, {"bad", at::ones({1})}})),
            "expected scores 'bad' of shape [2], one for each box, got float32 [1] on cpu");
  EXPECT_EQ(value_error(two_boxes(), BoxesOptions().scores({{"bad", at::Tensor()}})),
            "expected scores 'bad' of shape [2], one for each box, got an undefined tensor");
}

TEST(Boxes, MustHaveFiniteScores) {
  EXPECT_EQ(value_error(two_boxes(), BoxesOptions().scores({{"acc", at::tensor({0.5, double(NAN)})}})),
            "box 1: expected a finite score 'acc', got nan");
  EXPECT_THROW(Boxes(two_boxes(), BoxesOptions().scores({{"acc", at::zeros({2}, at::kComplexFloat)}})),
               c10::TypeError);
}

TEST(Boxes, MustHaveAsManyCaptions) {
  EXPECT_EQ(value_error(two_boxes(), BoxesOptions().captions({"one"})),
            "expected 2 captions, one for each box, got 1");
  EXPECT_EQ(value_error(at::zeros({0, 4}), BoxesOptions().captions({"one"})),
            "expected 0 captions, one for each box, got 1");
}

TEST(Boxes, MustHaveANameForEveryClass) {
  EXPECT_EQ(value_error(two_boxes(), BoxesOptions().labels(at::tensor({1, 7}, at::kLong)).classes({"cat", "dog"})),
            "box 1: class id 7 has no name among the 2 classes given");
  EXPECT_NE(value_error(two_boxes(), BoxesOptions().labels(at::tensor({-1, 0}, at::kLong)).classes({"cat"}))
                .find("box 0: class id -1"),
            std::string::npos);
}

}  // namespace
}  // namespace sconce
