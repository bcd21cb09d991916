// wandb's own names on Image, one test each, so that its documentation fits.

#include <ATen/ATen.h>
#include <c10/util/Exception.h>
#include <gtest/gtest.h>

#include "sconce/sconce.h"
#include "support/run_reader.h"

namespace sconce {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

class ImageNames : public testing::Test {
 protected:
  Image with_layers() const {
    return Image(at::zeros({3, 4, 4}), ImageOptions()
                                           .caption("c")
                                           .masks({{"m", Mask(at::zeros({4, 4}, at::kLong))}})
                                           .boxes({{"b", Boxes(at::tensor({0., 0., 1., 1.}).reshape({1, 4}))}}));
  }
  Image plain() const { return Image(at::ones({3, 4, 4})); }

  test::TemporaryFolder folder_;
  sconce::Run run_{RunOptions("test").dir(folder_.path() / "wandb")};
};

TEST_F(ImageNames, GuessModeLooksAtTheShapeAlone) {
  EXPECT_EQ(Image::guess_mode(at::zeros({4, 5})), Mode::L);
  EXPECT_EQ(Image::guess_mode(at::zeros({1, 4, 5})), Mode::L);
  EXPECT_EQ(Image::guess_mode(at::zeros({2, 8, 8})), Mode::LA);
  EXPECT_EQ(Image::guess_mode(at::zeros({3, 8, 8})), Mode::RGB);
  EXPECT_EQ(Image::guess_mode(at::zeros({8, 8, 3})), Mode::RGB);
  EXPECT_EQ(Image::guess_mode(at::zeros({4, 8, 8})), Mode::RGBA);
  EXPECT_THROW(Image::guess_mode(at::zeros({5, 8, 8})), c10::ValueError);
}

TEST_F(ImageNames, ToUint8TakesFloatsOnTheUnitInterval) {
  const at::Tensor bytes = Image::to_uint8(at::tensor({-0.5, 0., 0.5, 1., 2.}, at::kDouble));
  EXPECT_TRUE(at::equal(bytes, at::tensor({0, 0, 127, 255, 255}, at::kByte)));
  EXPECT_TRUE(at::equal(Image::to_uint8(at::tensor({-1, 7, 300}, at::kInt)), at::tensor({0, 7, 255}, at::kByte)));
}

TEST_F(ImageNames, GetMediaSubdirIsWandbs) { EXPECT_EQ(Image::get_media_subdir(), "media/images"); }

TEST_F(ImageNames, ConstantsAreWandbs) {
  EXPECT_EQ(Image::MAX_DIMENSION, 65500);
  EXPECT_EQ(Image::MAX_ITEMS, 108);
  EXPECT_EQ(Image::artifact_type, "image-file");
}

TEST_F(ImageNames, MaxDimensionIsEnforcedAtItsEdge) {
  EXPECT_EQ(Image(at::zeros({1, Image::MAX_DIMENSION}, at::kByte)).width(), 65500);
  EXPECT_THROW(Image(at::zeros({1, Image::MAX_DIMENSION + 1}, at::kByte)), c10::ValueError);
}

TEST_F(ImageNames, BindToRunEncodesAndWritesNow) {
  Image image = with_layers();
  image.bind_to_run(run_, "val/img", 7);
  const auto files = test::media_files(run_.dir());
  ASSERT_EQ(files.size(), 3U);
  EXPECT_EQ(files[1].rfind("media/images/val/img_7_", 0), 0U);
  EXPECT_TRUE(test::read_config(run_.dir()).at("_wandb").contains("mask/class_labels"));
}

TEST_F(ImageNames, BindToAFinishedRunIsAnError) {
  run_.finish();
  Image image = plain();
  EXPECT_THROW(image.bind_to_run(run_, "k", 0), c10::ValueError);
  EXPECT_FALSE(image.is_bound());
  EXPECT_TRUE(test::media_files(run_.dir()).empty());
}

TEST_F(ImageNames, IsBoundTellsWhetherItWasBound) {
  Image image = plain();
  EXPECT_FALSE(image.is_bound());
  run_.log("k", image);
  EXPECT_FALSE(image.is_bound());
  image.bind_to_run(run_, "k", 0);
  EXPECT_TRUE(image.is_bound());
}

TEST_F(ImageNames, FileIsSetOnceThereIsAFile) {
  Image image = plain();
  EXPECT_FALSE(image.file_is_set());
  image.bind_to_run(run_, "k", 0);
  EXPECT_TRUE(image.file_is_set());
  const fs::path file = run_.dir() / "files" / image.to_json(run_).at("path").get<std::string>();
  EXPECT_TRUE(Image(file).file_is_set());
}

TEST_F(ImageNames, ToJsonIsTheHistoryCell) {
  Image image = with_layers();
  image.bind_to_run(run_, "img", 0);
  run_.log("img", image);
  run_.finish();
  EXPECT_EQ(image.to_json(run_).dump(), test::read_rows(run_.dir()).at(0).at("img").dump());
}

TEST_F(ImageNames, ToJsonWantsTheRunItIsBoundTo) {
  Image image = plain();
  EXPECT_THROW(image.to_json(run_), c10::ValueError);
  image.bind_to_run(run_, "k", 0);
  const sconce::Run other(RunOptions("other").dir(folder_.path() / "other"));
  EXPECT_THROW(image.to_json(other), c10::ValueError);
}

TEST_F(ImageNames, SeqToJsonIsTheListCell) {
  const std::vector<Image> images{with_layers(), plain()};
  const ordered_json cell = Image::seq_to_json(images, run_, "imgs", 0);
  run_.log("imgs", images);
  run_.finish();
  EXPECT_EQ(cell.dump(), test::read_rows(run_.dir()).at(0).at("imgs").dump());
  EXPECT_EQ(cell.at("all_masks").at(1), nullptr);
}

TEST_F(ImageNames, AllMasksIsOneEntryPerImage) {
  const ordered_json masks = Image::all_masks({plain(), with_layers()}, run_, "k", 0);
  ASSERT_EQ(masks.size(), 2U);
  EXPECT_TRUE(masks[0].is_null());
  EXPECT_EQ(masks[1].at("m").at("_type"), "mask");
  EXPECT_TRUE(Image::all_masks({plain()}, run_, "k", 0).is_null());
}

TEST_F(ImageNames, AllBoxesIsOneEntryPerImage) {
  const ordered_json boxes = Image::all_boxes({with_layers(), plain()}, run_, "k", 0);
  ASSERT_EQ(boxes.size(), 2U);
  EXPECT_EQ(boxes[0].at("b").at("_type"), "boxes2D");
  EXPECT_TRUE(boxes[1].is_null());
  EXPECT_TRUE(Image::all_boxes({plain()}, run_, "k", 0).is_null());
}

TEST_F(ImageNames, CaptionsAreThereIfAnyImageHasOne) {
  EXPECT_EQ(Image::captions({plain(), with_layers()}), ordered_json::array({nullptr, "c"}));
  EXPECT_TRUE(Image::captions({plain()}).is_null());
}

TEST_F(ImageNames, AllCaptionsIsAnotherNameForCaptions) {
  EXPECT_EQ(Image::all_captions({with_layers()}), Image::captions({with_layers()}));
}

}  // namespace
}  // namespace sconce
