// Masks, boxes and classes of an Image.

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "sconce/image.h"
#include "support/refusal.h"

namespace sconce {
namespace {

using test::refusal;

at::Tensor picture() { return at::zeros({3, 5, 7}, at::kByte); }

std::string value_error(const ImageOptions& options) {
  return refusal<c10::ValueError>([&] { Image(picture(), options); });
}

Boxes boxes(const std::vector<std::int64_t>& class_ids, Classes classes = {}) {
  const auto count = static_cast<std::int64_t>(class_ids.size());
  return Boxes(at::zeros({count, 4}),
               BoxesOptions().labels(at::tensor(class_ids, at::kLong)).classes(std::move(classes)));
}

TEST(ImageMasks, KeepTheirOrder) {
  const Mask mask(at::zeros({5, 7}, at::kByte));
  const Image image(picture(), ImageOptions().masks({{"z", mask}, {"a", mask}}));
  ASSERT_EQ(image.options().masks().size(), 2U);
  EXPECT_EQ(image.options().masks()[0].first, "z");
  EXPECT_EQ(image.options().masks()[1].first, "a");
}

TEST(ImageMasks, MustBeAsLargeAsTheImage) {
  const Mask right(at::zeros({5, 7}, at::kByte));
  const Mask turned(at::zeros({7, 5}, at::kByte));
  EXPECT_EQ(value_error(ImageOptions().masks({{"truth", right}, {"guess", turned}})),
            "mask 'guess': expected [5, 7], the size of its image, got [7, 5]");
  EXPECT_THROW(Image(at::zeros({2, 3, 5, 7}), ImageOptions().masks({{"truth", right}})), c10::ValueError)
      << "the grid is larger";
}

TEST(ImageMasks, MustHaveDifferentNames) {
  const Mask mask(at::zeros({5, 7}, at::kByte));
  EXPECT_EQ(value_error(ImageOptions().masks({{"truth", mask}, {"guess", mask}, {"truth", mask}})),
            "mask 'truth' is given twice");
}

TEST(ImageMasks, AreThoseOfEveryImageOfABatch) {
  const Mask mask(at::zeros({5, 7}, at::kByte));
  EXPECT_EQ(Image::batch(at::zeros({2, 3, 5, 7}), ImageOptions().masks({{"m", mask}}))[1].options().masks().size(),
            1U);
  EXPECT_THROW(Image::batch(at::zeros({2, 3, 7, 5}), ImageOptions().masks({{"m", mask}})), c10::ValueError);
}

TEST(ImageBoxes, MustHaveDifferentNames) {
  EXPECT_EQ(value_error(ImageOptions().boxes({{"cars", boxes({0})}, {"cars", boxes({0})}})),
            "boxes 'cars' are given twice");
  const Mask mask(at::zeros({5, 7}, at::kByte));
  EXPECT_EQ(value_error(ImageOptions().boxes({{"x", boxes({0})}}).masks({{"x", mask}})), "nothing was thrown")
      << "a mask and boxes may share a name";
}

TEST(ImageBoxes, TakeTheClassesOfTheImage) {
  EXPECT_EQ(value_error(ImageOptions().boxes({{"cars", boxes({0, 7, 9})}}).classes({"cat", "dog"})),
            "boxes 'cars', box 1: class id 7 has no name among the 2 classes given");
  EXPECT_EQ(value_error(ImageOptions().boxes({{"cars", boxes({0, 1})}}).classes({"cat", "dog"})),
            "nothing was thrown");
}

TEST(ImageBoxes, PreferTheirOwnClasses) {
  const Classes own(std::map<std::int64_t, std::string>{{7, "car"}});
  EXPECT_EQ(value_error(ImageOptions().boxes({{"cars", boxes({7}, own)}}).classes({"cat"})), "nothing was thrown");
}

TEST(ImageBoxes, NeedNoClassesAtAll) {
  EXPECT_EQ(value_error(ImageOptions().boxes({{"cars", boxes({7, -1, 1000})}})), "nothing was thrown");
}

TEST(ImageOptions, ServeManyImages) {
  const auto options = ImageOptions().caption("x").boxes({{"b", boxes({0})}});
  const Image first(picture(), options);
  const Image second(picture(), options);
  EXPECT_EQ(first.options().caption(), "x");
  EXPECT_EQ(second.options().boxes().size(), 1U);
  EXPECT_EQ(options.boxes().size(), 1U);
}

}  // namespace
}  // namespace sconce
