// Images, lists, masks, boxes and histograms as they lie in a run.

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "sconce/sconce.h"
#include "store/file.h"
#include "store/sha256.h"
#include "support/png_reader.h"
#include "support/run_reader.h"

namespace sconce {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

class Media : public testing::Test {
 protected:
  test::DecodedPng decode(const std::string& path) const {
    return test::decode_png(store::read_file(run_.dir() / "files" / path, 1 << 20));
  }
  void expect_whole(const ordered_json& file) const {
    const auto bytes = store::read_file(run_.dir() / "files" / file.at("path").get<std::string>(), 1 << 20);
    EXPECT_EQ(file.at("size"), bytes.size());
    EXPECT_EQ(file.at("sha256"), store::sha256_hex(bytes.data(), bytes.size()));
  }

  test::TemporaryFolder folder_;
  sconce::Run run_{RunOptions("test").dir(folder_.path() / "wandb")};
};

TEST_F(Media, AnImageIsItsPixels) {
  const at::Tensor tensor = at::rand({3, 5, 7});
  run_.log("img", Image(tensor, ImageOptions().caption("a cat").grouping(3)), 12);
  run_.finish();
  const ordered_json cell = test::read_rows(run_.dir()).at(0).at("img");
  std::vector<std::string> keys;
  for (const auto& member : cell.items()) {
    keys.push_back(member.key());
  }
  EXPECT_EQ(keys, (std::vector<std::string>{"caption", "_type", "sha256", "size", "path", "format", "width",
                                            "height", "grouping"}));
  expect_whole(cell);
  EXPECT_EQ(cell.at("path"), "media/images/img_12_" + cell.at("sha256").get<std::string>().substr(0, 20) + ".png");
  const test::DecodedPng png = decode(cell.at("path"));
  EXPECT_EQ(png.channels, 3);
  const at::Tensor expected = tensor.mul(255).to(at::kByte).permute({1, 2, 0}).contiguous();
  EXPECT_EQ(png.pixels, std::vector<std::uint8_t>(expected.data_ptr<std::uint8_t>(),
                                                  expected.data_ptr<std::uint8_t>() + expected.numel()));
}

TEST_F(Media, SixteenBitGreyStaysSixteenBits) {
  run_.log("depth",
           Image(at::tensor({0, 258, 65535, 70000}, at::kInt).reshape({2, 2}), ImageOptions().mode(Mode::I16)));
  run_.finish();
  const test::DecodedPng png = decode(test::read_rows(run_.dir()).at(0).at("depth").at("path"));
  EXPECT_EQ(png.bit_depth, 16);
  EXPECT_EQ(png.pixels, (std::vector<std::uint8_t>{0, 0, 1, 2, 255, 255, 255, 255}));
}

TEST_F(Media, AnImageLoggedTwiceIsStoredUnderEachKey) {
  const Image image(at::rand({3, 4, 4}));
  run_.log({{"a", image}, {"b", image}});
  run_.log("a", image);
  run_.finish();
  const auto rows = test::read_rows(run_.dir());
  EXPECT_EQ(rows[0].at("a").at("sha256"), rows[0].at("b").at("sha256"));
  EXPECT_EQ(test::media_files(run_.dir()).size(), 3U);
}

TEST_F(Media, EqualImagesUnderOneKeyAndStepAreOneFile) {
  const at::Tensor tensor = at::rand({3, 64, 64});
  run_.log("imgs", std::vector<Image>(20, Image(tensor)));
  std::vector<Image> equal;
  for (int i = 0; i < 20; ++i) {
    equal.emplace_back(tensor);
  }
  run_.log("imgs", equal);
  run_.finish();
  EXPECT_EQ(test::media_files(run_.dir()).size(), 2U);
  EXPECT_EQ(test::read_rows(run_.dir()).at(1).at("imgs").at("filenames").size(), 20U);
}

TEST_F(Media, AListHasFilenamesAndCaptionsIfAnyHas) {
  run_.log("imgs",
           std::vector<Image>{Image(at::zeros({2, 3})), Image(at::ones({2, 3}), ImageOptions().caption("b"))});
  run_.log("none", std::vector<Image>{});
  run_.finish();
  const auto rows = test::read_rows(run_.dir());
  const ordered_json cell = rows[0].at("imgs");
  EXPECT_EQ(cell.at("_type"), "images/separated");
  EXPECT_EQ(cell.at("count"), 2);
  EXPECT_EQ(cell.at("captions"), ordered_json::array({nullptr, "b"}));
  EXPECT_EQ(decode(cell.at("filenames").at(1)).pixels, std::vector<std::uint8_t>(6, 255));
  EXPECT_EQ(rows[1].at("none"), ordered_json::array());
}

TEST_F(Media, AListOverTheLimitIsWrittenWholeWithOneWarning) {
  testing::internal::CaptureStderr();  // LibTorch's warnings end there, in every version
  for (int step = 0; step < 2; ++step) {
    run_.log("imgs", Image::batch(at::arange(Image::MAX_ITEMS + 1).reshape({-1, 1, 1, 1}).to(at::kByte)));
  }
  run_.finish();
  EXPECT_EQ(test::read_rows(run_.dir()).at(0).at("imgs").at("count"), Image::MAX_ITEMS + 1);
  EXPECT_EQ(test::media_files(run_.dir()).size(), 2U * (Image::MAX_ITEMS + 1));
  const std::string warnings = testing::internal::GetCapturedStderr();
  const std::size_t first = warnings.find("'imgs' has 109 images");
  ASSERT_NE(first, std::string::npos) << warnings;
  EXPECT_NE(warnings.find("first 108", first), std::string::npos);
  EXPECT_EQ(warnings.find("109 images", first + 30), std::string::npos) << warnings;
}

TEST_F(Media, NestedRowsUseTheFullPath) {
  run_.log(
      {{"a", Row{{"img", Image(at::zeros({2, 2}))}, {"n", 1}}}, {"b", Row{{"img", Image(at::ones({2, 2}))}}}});
  run_.finish();
  const ordered_json row = test::read_rows(run_.dir()).at(0);
  EXPECT_EQ(row.at("a").at("img").at("path").get<std::string>().rfind("media/images/a.img_0_", 0), 0U);
  EXPECT_EQ(row.at("b").at("img").at("path").get<std::string>().rfind("media/images/b.img_0_", 0), 0U);
  EXPECT_EQ(row.at("a").at("n"), 1);
}

TEST_F(Media, MasksAndBoxesLieBesideTheirImage) {
  const at::Tensor labels = at::tensor({0, 1, 2, 0, 1, 2}, at::kLong).reshape({2, 3});
  const Classes classes{"sky", "road", "car"};
  run_.log("scene", Image(at::rand({3, 2, 3}),
                          ImageOptions()
                              .masks({{"truth", Mask(labels, classes)}, {"guess", Mask(labels)}})
                              .boxes({{"cars", Boxes(at::tensor({0., 0., 2., 1.}, at::kDouble).reshape({1, 4}),
                                                     BoxesOptions()
                                                         .labels(at::tensor({2}, at::kLong))
                                                         .scores({{"p", at::tensor({0.5}, at::kDouble)}})
                                                         .captions({"red"})
                                                         .classes(classes))}})));
  run_.finish();
  const ordered_json cell = test::read_rows(run_.dir()).at(0).at("scene");
  for (const char* name : {"truth", "guess"}) {
    EXPECT_EQ(cell.at("masks").at(name).at("_type"), "mask");
    expect_whole(cell.at("masks").at(name));
  }
  EXPECT_EQ(cell.at("masks").begin().key(), "truth");
  EXPECT_EQ(decode(cell.at("masks").at("truth").at("path")).pixels, (std::vector<std::uint8_t>{0, 1, 2, 0, 1, 2}));
  const ordered_json& boxes = cell.at("boxes").at("cars");
  expect_whole(boxes);
  EXPECT_EQ(
      test::read_text(run_.dir() / "files" / boxes.at("path").get<std::string>()),
      "{\"box_data\":[{\"position\":{\"minX\":0.0,\"maxX\":2.0,\"minY\":0.0,\"maxY\":1.0},\"domain\":\"pixel\","
      "\"class_id\":2,\"box_caption\":\"red\",\"scores\":{\"p\":0.5}}],"
      "\"class_labels\":{\"0\":\"sky\",\"1\":\"road\",\"2\":\"car\"}}");
  const ordered_json wandb = test::read_config(run_.dir()).at("_wandb");
  const auto names = [&](const char* kind, const char* group) {
    return wandb.at(kind).at("scene_wandb_delimeter_" + std::string(group)).at("value").dump();
  };
  EXPECT_EQ(names("mask/class_labels", "truth"), "{\"0\":\"sky\",\"1\":\"road\",\"2\":\"car\"}");
  EXPECT_EQ(names("mask/class_labels", "guess"), "{\"0\":\"class_0\",\"1\":\"class_1\",\"2\":\"class_2\"}");
  EXPECT_EQ(names("bounding_box/class_labels", "cars"), "{\"0\":\"sky\",\"1\":\"road\",\"2\":\"car\"}");
}

TEST_F(Media, TheSummaryHoldsTheSameCell) {
  run_.log("img", Image(at::rand({3, 4, 4})));
  run_.summarize("best", Image(at::rand({3, 4, 4})));
  run_.finish();
  const ordered_json summary = test::read_summary(run_.dir());
  EXPECT_EQ(summary.at("img"), test::read_rows(run_.dir()).at(0).at("img"));
  EXPECT_EQ(summary.at("best").at("path").get<std::string>().rfind("media/images/best_summary_", 0), 0U);
  expect_whole(summary.at("best"));
}

TEST_F(Media, AFileIsStoredByteForByte) {
  const fs::path gif = fs::path(SCONCE_GOLDEN_DIR).parent_path() / "media/files";
  std::size_t logged = 0;
  for (const auto& entry : fs::directory_iterator(gif)) {
    run_.log("files/" + entry.path().filename().string(), Image(entry.path()));
    ++logged;
  }
  ASSERT_GT(logged, 4U);
  run_.finish();
  for (const ordered_json& row : test::read_rows(run_.dir())) {
    const std::string key = test::user_keys(row).at(0);
    const std::string stored = row.at(key).at("path");
    EXPECT_EQ(test::read_text(run_.dir() / "files" / stored), test::read_text(gif / key.substr(6)));
    EXPECT_EQ("." + row.at(key).at("format").get<std::string>(), fs::path(stored).extension());
  }
}

TEST_F(Media, AHistogramIsItsCountsAndEdges) {
  run_.log("h", Histogram(at::tensor({0., 1., 2., 3., 4., INFINITY, NAN}, at::kDouble), 2));
  run_.finish();
  EXPECT_EQ(test::read_rows(run_.dir()).at(0).at("h").dump(),
            "{\"_type\":\"histogram\",\"values\":[2,3],\"bins\":[0.0,2.0,4.0],\"non_finite\":2}");
}

TEST(CompressionOption, ChoosesTheEncoderAndKeepsEveryPixel) {
  const test::TemporaryFolder folder;
  const at::Tensor picture = at::arange(64 * 64).remainder(251).to(at::kByte).reshape({64, 64});
  const std::vector<std::uint8_t> pixels(picture.data_ptr<std::uint8_t>(),
                                         picture.data_ptr<std::uint8_t>() + picture.numel());
  std::vector<std::size_t> sizes;
  for (const Compression compression : {Compression::Fast, Compression::Small, Compression::None}) {
    sconce::Run run(RunOptions("test").dir(folder.path()).compression(compression));
    run.log("img", Image(picture));
    run.finish();
    const std::string path = test::read_rows(run.dir()).at(0).at("img").at("path");
    const auto bytes = store::read_file(run.dir() / "files" / path, 1 << 20);
    EXPECT_EQ(test::decode_png(bytes).pixels, pixels);
    sizes.push_back(bytes.size());
  }
  EXPECT_LT(sizes[0], sizes[2]);
  EXPECT_LT(sizes[1], sizes[2]);
  EXPECT_NE(sizes[0], sizes[1]);
}

}  // namespace
}  // namespace sconce
