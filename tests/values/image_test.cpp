#include "sconce/image.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "support/refusal.h"
#include "torch_ops/same.h"

namespace sconce {
namespace {

using test::refusal;

std::string value_error(const at::Tensor& tensor, const ImageOptions& options = {}) {
  return refusal<c10::ValueError>([&] { Image(tensor, options); });
}

/// [sizes] bytes that all differ from their neighbours.
at::Tensor picture(at::IntArrayRef sizes) {
  return at::arange(c10::multiply_integers(sizes), at::kLong).mul(7).remainder(256).to(at::kByte).reshape(sizes);
}

// ---- one picture ----

TEST(Image, TakesEveryLayout) {
  const at::Tensor hwc = picture({5, 7, 3});
  EXPECT_TRUE(same(Image(hwc).pixels(), hwc));
  EXPECT_TRUE(same(Image(hwc.permute({2, 0, 1})).pixels(), hwc)) << "a view";
  EXPECT_TRUE(same(Image(hwc.permute({2, 0, 1}).contiguous()).pixels(), hwc));
  EXPECT_TRUE(same(Image(hwc.select(2, 0)).pixels(), hwc.narrow(2, 0, 1).contiguous()));
  EXPECT_EQ(Image(hwc).width(), 7);
  EXPECT_EQ(Image(hwc).height(), 5);
}

TEST(Image, TakesOneToFourChannels) {
  for (std::int64_t channels = 1; channels <= 4; ++channels) {
    EXPECT_TRUE(same(Image(picture({5, 7, channels})).pixels(), picture({5, 7, channels})));
    EXPECT_EQ(Image(picture({channels, 5, 7})).pixels().sizes(), at::IntArrayRef({5, 7, channels}));
  }
}

TEST(Image, ObeysTheStatedLayout) {
  const at::Tensor tensor = picture({3, 5, 4});
  EXPECT_EQ(Image(tensor).pixels().sizes(), at::IntArrayRef({5, 4, 3}));
  EXPECT_EQ(Image(tensor, ImageOptions().layout(Layout::HWC)).pixels().sizes(), at::IntArrayRef({3, 5, 4}));
  EXPECT_THROW(Image(picture({5, 7, 3}), ImageOptions().layout(Layout::CHW)), c10::ValueError);
}

TEST(Image, ObeysRangeAndMode) {
  const at::Tensor grey = at::tensor({-1.0F, 0.0F, 1.0F, 2.0F}).reshape({2, 2});
  EXPECT_TRUE(same(Image(grey).pixels(), bytes({0, 0, 255, 255}, {2, 2, 1})));
  EXPECT_TRUE(
      same(Image(grey, ImageOptions().range(Range::MinMax)).pixels(), bytes({0, 85, 170, 255}, {2, 2, 1})));
  EXPECT_TRUE(
      same(Image(grey, ImageOptions().range(Range::Signed)).pixels(), bytes({0, 127, 255, 255}, {2, 2, 1})));
  EXPECT_EQ(Image(grey, ImageOptions().mode(Mode::RGBA)).pixels().size(2), 4);
  EXPECT_EQ(Image(picture({5, 7, 3}), ImageOptions().mode(Mode::L)).pixels().size(2), 1);
}

TEST(Image, DetachesFromAutograd) {
  at::Tensor tensor = at::full({2, 2}, 0.5);
  tensor.requires_grad_(true);
  EXPECT_FALSE(Image(tensor).pixels().requires_grad());
}

TEST(Image, TakesTheValuesNow) {
  for (const auto& sizes : std::vector<std::vector<std::int64_t>>{{5, 7, 3}, {5, 7}, {1, 5, 7}, {3, 5, 7}}) {
    at::Tensor tensor = picture(sizes);
    const Image image(tensor);
    const at::Tensor before = image.pixels().clone();
    tensor.fill_(99);
    EXPECT_TRUE(same(image.pixels(), before)) << sizes;
  }
  at::Tensor deep = at::full({2, 2, 1}, 40000, at::kInt);
  const Image image(deep, ImageOptions().mode(Mode::I16));
  deep.zero_();
  EXPECT_EQ(image.pixels().min().item<int>(), 40000);
}

TEST(Image, RefusesOtherShapes) {
  for (const auto& sizes :
       std::vector<std::vector<std::int64_t>>{{}, {4}, {5, 6, 7}, {1, 1, 1, 2, 2}, {0, 4}, {3, 0, 4}}) {
    const std::string error = value_error(at::zeros(sizes));
    EXPECT_NE(error.find("[H,W], [C,H,W]"), std::string::npos) << error;
    EXPECT_NE(error.find("got float32 ["), std::string::npos) << error;
  }
  EXPECT_NE(value_error(at::zeros({5, 6, 7})).find("[5, 6, 7]"), std::string::npos);
}

TEST(Image, RefusesOtherTypes) {
  EXPECT_THROW(Image{at::Tensor()}, c10::TypeError);
  EXPECT_THROW(Image(at::zeros({4, 4}, at::kComplexFloat)), c10::TypeError);
  EXPECT_THROW(Image(at::empty({4, 4}, at::TensorOptions(at::kMeta))), c10::TypeError);
  EXPECT_THROW(Image(at::ones({4, 4}).to_sparse()), c10::TypeError);
}

// ---- MAX_DIMENSION, MAX_ITEMS, artifact_type ----

TEST(Image, HasTheLimitsOfWandb) {
  static_assert(Image::MAX_DIMENSION == 65500);
  static_assert(Image::MAX_ITEMS == 108);
  static_assert(Image::artifact_type == "image-file");
  EXPECT_EQ(Image(at::zeros({1, 65500}, at::kByte)).width(), 65500);
  EXPECT_EQ(Image(at::zeros({65500, 1}, at::kByte)).height(), 65500);
  EXPECT_EQ(value_error(at::zeros({1, 65501}, at::kByte)),
            "expected an image of at most 65500 pixels a side, got 65501 x 1 (width x height)");
  EXPECT_EQ(value_error(at::zeros({65501, 1}, at::kByte)),
            "expected an image of at most 65500 pixels a side, got 1 x 65501 (width x height)");
  EXPECT_THROW(Image(at::zeros({8, 1, 1, 8190}, at::kByte)), c10::ValueError) << "the grid is 65538 wide";
  EXPECT_THROW(Image::batch(at::zeros({2, 1, 1, 65501}, at::kByte)), c10::ValueError);
}

// ---- batches ----

TEST(ImageGrid, HasEightColumnsAndTwoPixelsBetween) {
  EXPECT_EQ(Image(picture({2, 3, 4, 5})).pixels().sizes(), at::IntArrayRef({4 + 4, 2 * 7 + 2, 3}));
  EXPECT_EQ(Image(picture({8, 1, 4, 5})).pixels().sizes(), at::IntArrayRef({8, 8 * 7 + 2, 1}));
  EXPECT_EQ(Image(picture({9, 1, 4, 5})).pixels().sizes(), at::IntArrayRef({2 * 6 + 2, 8 * 7 + 2, 1}));
  EXPECT_EQ(Image(picture({1, 3, 4, 5})).pixels().sizes(), at::IntArrayRef({4, 5, 3})) << "one needs no frame";
}

TEST(ImageGrid, ShowsEveryImageOnBlack) {
  const at::Tensor batch = picture({10, 3, 4, 5}).clamp_min(1);
  const at::Tensor grid = Image(batch).pixels();
  at::Tensor frame = grid.clone();
  for (std::int64_t i = 0; i < 10; ++i) {
    const std::int64_t top = 2 + i / 8 * 6, left = 2 + i % 8 * 7;
    const auto cell = [&](const at::Tensor& pixels) { return pixels.narrow(0, top, 4).narrow(1, left, 5); };
    EXPECT_TRUE(same(cell(grid), batch[i].permute({1, 2, 0}))) << i;
    cell(frame).zero_();
  }
  EXPECT_EQ(frame.max().item<int>(), 0);
  EXPECT_TRUE(grid.is_contiguous());
}

TEST(ImageGrid, TakesChannelsLast) {
  const at::Tensor batch = picture({3, 5, 6, 4});
  EXPECT_TRUE(same(Image(batch).pixels(), Image(batch.permute({0, 3, 1, 2})).pixels()));
  EXPECT_TRUE(same(Image(batch, ImageOptions().layout(Layout::HWC)).pixels(), Image(batch).pixels()));
}

TEST(ImageGrid, HasOneRangeAndABlackFrame) {
  const at::Tensor batch = at::tensor({-4.0F, -2.0F, 0.0F, 4.0F}).reshape({2, 1, 1, 2});
  const at::Tensor grid = Image(batch, ImageOptions().range(Range::MinMax)).pixels().squeeze(2);
  EXPECT_TRUE(same(grid[2], bytes({0, 0, 0, 63, 0, 0, 127, 255, 0, 0}))) << "one range for all of it";
  EXPECT_EQ(grid[0].max().item<int>(), 0);
  EXPECT_EQ(Image(batch, ImageOptions().range(Range::Signed)).pixels()[0].max().item<int>(), 0);
}

TEST(ImageGrid, KeepsSixteenBits) {
  const at::Tensor batch = at::tensor({1, 40000}, at::kInt).reshape({2, 1, 1, 1});
  const at::Tensor grid = Image(batch, ImageOptions().mode(Mode::I16)).pixels();
  EXPECT_EQ(grid.scalar_type(), at::kInt);
  EXPECT_EQ(grid[2][5][0].item<int>(), 40000);
}

TEST(ImageGrid, NamesTheShapeThatCame) {
  for (const auto& sizes : std::vector<std::vector<std::int64_t>>{{2, 5, 6, 7}, {0, 3, 4, 4}, {2, 3, 0, 4}}) {
    std::string shape = "float32 [";
    for (const std::int64_t size : sizes) {
      shape += (shape.back() == '[' ? "" : ", ") + std::to_string(size);
    }
    const std::string error = value_error(at::zeros(sizes));
    EXPECT_NE(error.find(shape + "]"), std::string::npos) << error;
  }
  EXPECT_NE(refusal<c10::TypeError>([] {
              Image(at::zeros({2, 3, 4, 5}, at::kComplexFloat));
            }).find("complex64 [2, 3, 4, 5]"),
            std::string::npos);
  EXPECT_THROW(Image(at::ones({2, 3, 4, 5}).to_sparse()), c10::TypeError);
}

TEST(ImageBatch, EqualsSingleImages) {
  const at::Tensor floats = at::rand({3, 3, 4, 5}).mul(3).sub(1);
  for (const Range range : {Range::Auto, Range::Signed, Range::MinMax, Range::Wandb}) {
    const std::vector<Image> images = Image::batch(floats, ImageOptions().range(range).caption("x"));
    ASSERT_EQ(images.size(), 3U);
    for (std::int64_t i = 0; i < 3; ++i) {
      const Image& image = images[static_cast<std::size_t>(i)];
      EXPECT_TRUE(same(image.pixels(), Image(floats[i], ImageOptions().range(range)).pixels()));
      EXPECT_EQ(image.options().caption(), "x");
    }
  }
  EXPECT_TRUE(same(Image::batch(picture({2, 5, 6, 3}))[1].pixels(), picture({2, 5, 6, 3})[1])) << "[N,H,W,C]";
}

TEST(ImageBatch, TakesTheValuesNow) {
  at::Tensor batch = picture({2, 5, 6, 3});
  const std::vector<Image> images = Image::batch(batch);
  batch.zero_();
  EXPECT_TRUE(same(images[1].pixels(), picture({2, 5, 6, 3})[1]));
}

TEST(ImageBatch, RefusesWhatIsNone) {
  EXPECT_EQ(refusal<c10::ValueError>([] {
              Image::batch(at::zeros({3, 4, 5}));
            }),
            "expected a batch [N,C,H,W] or [N,H,W,C], got float32 [3, 4, 5] on cpu");
  EXPECT_THROW(Image::batch(at::zeros({2, 5, 6, 7})), c10::ValueError);
  EXPECT_THROW(Image::batch(at::zeros({0, 3, 4, 5})), c10::ValueError);
  EXPECT_THROW(Image::batch(at::Tensor()), c10::Error);
}

// ---- another Image ----

TEST(ImageOfImage, KeepsWhatOptionsDoNotName) {
  const Image first(picture({5, 7, 3}), ImageOptions().caption("first").grouping(3).classes({"cat"}));
  const Image copy(first, ImageOptions());
  EXPECT_EQ(copy.options().caption(), "first");
  EXPECT_EQ(copy.options().grouping(), 3);
  EXPECT_TRUE(copy.options().classes().contains(0));
  EXPECT_EQ(&copy.source(), &first.source()) << "encoded once for both";
}

TEST(ImageOfImage, TakesWhatOptionsName) {
  const Image first(picture({5, 7, 3}), ImageOptions().caption("first").grouping(3).classes({"cat"}));
  const Image second(first, ImageOptions().caption("").grouping(4).classes({"dog", "cow"}));
  EXPECT_EQ(second.options().caption(), "");
  EXPECT_EQ(second.options().grouping(), 4);
  EXPECT_EQ(second.options().classes().names().size(), 2U);
  EXPECT_EQ(first.options().caption(), "first");
}

TEST(ImageOfImage, LeavesLayersBehind) {
  const Mask mask(at::zeros({5, 7}, at::kByte));
  const Image first(picture({5, 7, 3}),
                    ImageOptions().masks({{"m", mask}}).boxes({{"b", Boxes(at::zeros({1, 4}))}}));
  EXPECT_TRUE(Image(first, ImageOptions()).options().masks().empty());
  EXPECT_TRUE(Image(first, ImageOptions()).options().boxes().empty());
  EXPECT_EQ(Image(first, ImageOptions().masks({{"new", mask}})).options().masks()[0].first, "new");
}

TEST(ImageOfImage, ConvertsToAStatedMode) {
  const Image colour(picture({5, 7, 3}));
  const Image grey(colour, ImageOptions().mode(Mode::L));
  EXPECT_TRUE(same(grey.pixels(), Image(picture({5, 7, 3}), ImageOptions().mode(Mode::L)).pixels()));
  EXPECT_EQ(colour.pixels().size(2), 3);
  EXPECT_TRUE(same(Image(colour, ImageOptions().mode(Mode::RGB)).pixels(), colour.pixels()));
}

TEST(ImageOfImage, ChecksItsLayers) {
  const Image image(picture({5, 7, 3}));
  EXPECT_THROW(Image(image, ImageOptions().masks({{"m", Mask(at::zeros({7, 5}, at::kByte))}})), c10::ValueError);
}

// ---- wandb's names ----

TEST(GuessMode, LooksAtTheShapeAlone) {
  EXPECT_EQ(Image::guess_mode(at::zeros({5, 7})), Mode::L);
  EXPECT_EQ(Image::guess_mode(at::zeros({1, 5, 7})), Mode::L);
  EXPECT_EQ(Image::guess_mode(at::zeros({2, 5, 7})), Mode::LA);
  EXPECT_EQ(Image::guess_mode(at::zeros({3, 5, 7})), Mode::RGB);
  EXPECT_EQ(Image::guess_mode(at::zeros({4, 5, 7})), Mode::RGBA);
  EXPECT_EQ(Image::guess_mode(at::zeros({5, 7, 3})), Mode::RGB);
  EXPECT_EQ(Image::guess_mode(at::zeros({5, 7, 4})), Mode::RGBA);
  EXPECT_EQ(Image::guess_mode(at::zeros({3, 5, 4})), Mode::RGB) << "the first dimension comes first";
}

TEST(GuessMode, SaysWhatImageMakesOfIt) {
  for (const auto& sizes :
       std::vector<std::vector<std::int64_t>>{{5, 7}, {2, 5, 7}, {5, 7, 4}, {3, 3, 3}, {1, 5, 4}}) {
    constexpr Mode kByChannels[] = {Mode::L, Mode::LA, Mode::RGB, Mode::RGBA};
    EXPECT_EQ(Image::guess_mode(at::zeros(sizes)), kByChannels[Image(at::zeros(sizes)).pixels().size(2) - 1])
        << sizes;
  }
}

TEST(GuessMode, RefusesWhatIsNoPicture) {
  for (const auto& sizes : std::vector<std::vector<std::int64_t>>{{}, {7}, {5, 6, 7}, {2, 3, 5, 7}}) {
    EXPECT_THROW(Image::guess_mode(at::zeros(sizes)), c10::ValueError) << sizes;
  }
  EXPECT_THROW(Image::guess_mode(at::Tensor()), c10::ValueError);
}

TEST(ToUint8, KeepsTheShape) {
  for (const auto& sizes :
       std::vector<std::vector<std::int64_t>>{{}, {7}, {5, 6, 7}, {2, 3, 5, 7}, {1, 1, 1, 1, 2}, {0, 3}}) {
    const at::Tensor result = Image::to_uint8(at::ones(sizes));
    EXPECT_TRUE(same(result, at::full(sizes, 255, at::kByte))) << sizes;
  }
  EXPECT_TRUE(same(Image::to_uint8(picture({4, 6}).t()), picture({4, 6}).t().contiguous()));
}

TEST(ToUint8, GoesByDtype) {
  EXPECT_TRUE(
      same(Image::to_uint8(at::tensor({-0.5F, 0.0F, 0.5F, 1.0F, 1.5F, NAN})), bytes({0, 0, 127, 255, 255, 0})));
  EXPECT_TRUE(same(Image::to_uint8(at::tensor({-5, 0, 1, 255, 300}, at::kInt)), bytes({0, 0, 1, 255, 255})));
  EXPECT_TRUE(same(Image::to_uint8(at::tensor({0, 1}, at::kLong).to(at::kByte)), bytes({0, 1})));
  EXPECT_TRUE(same(Image::to_uint8(at::tensor({1, 0}, at::kInt).to(at::kBool)), bytes({255, 0})));
}

TEST(ToUint8, RefusesWhatIsNoNumber) {
  EXPECT_THROW(Image::to_uint8(at::Tensor()), c10::TypeError);
  EXPECT_THROW(Image::to_uint8(at::zeros({2}, at::kComplexFloat)), c10::TypeError);
  EXPECT_THROW(Image::to_uint8(at::empty({2}, at::TensorOptions(at::kMeta))), c10::TypeError);
}

TEST(Image, LiesInTheFolderOfWandb) { EXPECT_EQ(Image::get_media_subdir(), "media/images"); }

TEST(Image, HasNoFileUntilItIsBound) {
  EXPECT_FALSE(Image(picture({5, 7})).file_is_set());
  EXPECT_FALSE(Image(picture({5, 7})).is_bound());
}

}  // namespace
}  // namespace sconce
