// What is refused is refused at the call, with a message that says what was expected, and nothing is written.

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <fstream>

#include "sconce/sconce.h"
#include "support/run_reader.h"

namespace sconce {
namespace {

namespace fs = std::filesystem;

class BadInput : public testing::Test {
 protected:
  template <typename Error, typename Call>
  void expect_refused(const std::string& word, const Call& call) {
    try {
      call();
      ADD_FAILURE() << "accepted; expected an error that says " << word;
    } catch (const Error& error) {
      EXPECT_NE(std::string(error.what()).find(word), std::string::npos) << error.what();
    }
  }
  ~BadInput() override {
    run_.finish();
    EXPECT_TRUE(test::read_rows(run_.dir()).empty());
    EXPECT_TRUE(test::media_files(run_.dir()).empty());
  }

  test::TemporaryFolder folder_;
  sconce::Run run_{RunOptions("test").dir(folder_.path() / "wandb")};
  at::Tensor picture_ = at::rand({3, 6, 8});
};

TEST_F(BadInput, ShapesThatAreNoPictures) {
  for (const std::vector<std::int64_t>& shape :
       std::vector<std::vector<std::int64_t>>{{}, {5}, {2, 3, 4, 5, 6}, {5, 6, 7}, {0, 4}, {3, 0, 4}}) {
    expect_refused<c10::ValueError>("[", [&] { run_.log("x", Image(at::zeros(shape))); });
  }
}

TEST_F(BadInput, DtypesThatAreNoPictures) {
  expect_refused<c10::TypeError>("complex64", [&] { run_.log("x", Image(at::zeros({3, 4}, at::kComplexFloat))); });
  expect_refused<c10::TypeError>("meta", [&] { run_.log("x", Image(at::zeros({3, 4}, at::kMeta))); });
  expect_refused<c10::TypeError>("undefined", [&] { run_.log("x", Image(at::Tensor())); });
}

TEST_F(BadInput, SidesOverTheLimit) {
  expect_refused<c10::ValueError>("65500", [&] {
    run_.log("x", Image(at::zeros({1, Image::MAX_DIMENSION + 1})));
  });
  expect_refused<c10::ValueError>("65500", [&] {
    run_.log("x", Image(at::zeros({Image::MAX_DIMENSION + 1, 1})));
  });
}

TEST_F(BadInput, RowsThatAreTooLongToBeUploaded) {
  const std::string half(6 << 20, 'x');
  expect_refused<c10::ValueError>("'text': expected a row of at most 10383360 bytes",
                                  [&] { run_.log("text", half + half); });
  expect_refused<c10::ValueError>("'outer.b'", [&] {
    run_.log({{"a", half}, {"outer", Row{{"b", half + "more"}}}});
  });
  expect_refused<c10::ValueError>("12582912", [&] { run_.summarize("text", half + half); });
}

TEST_F(BadInput, MasksThatDoNotFit) {
  expect_refused<c10::ValueError>("mask 'truth'", [&] {
    run_.log("x", Image(picture_, ImageOptions().masks({{"truth", Mask(at::zeros({6, 7}, at::kLong))}})));
  });
  expect_refused<c10::ValueError>("256", [&] { Mask(at::full({6, 8}, 256, at::kLong)); });
  expect_refused<c10::ValueError>("-1", [&] { Mask(at::full({6, 8}, -1, at::kLong)); });
  expect_refused<c10::ValueError>("1.5", [&] { Mask(at::full({6, 8}, 1.5)); });
}

TEST_F(BadInput, BoxesThatAreNone) {
  const auto boxes = [](double x0, double y0, double x1, double y1) {
    return at::tensor({0., 0., 1., 1., x0, y0, x1, y1}, at::kDouble).reshape({2, 4});
  };
  expect_refused<c10::ValueError>("[N,4]", [&] { Boxes(at::zeros({3, 5})); });
  expect_refused<c10::ValueError>("box 1", [&] { Boxes(boxes(0, 0, std::nan(""), 1)); });
  expect_refused<c10::ValueError>("box 1", [&] { Boxes(boxes(0, 0, INFINITY, 1)); });
  expect_refused<c10::ValueError>("box 1", [&] { Boxes(boxes(2, 0, 1, 1)); });
  const at::Tensor good = boxes(0, 0, 1, 1);
  expect_refused<c10::ValueError>("labels",
                                  [&] { Boxes(good, BoxesOptions().labels(at::zeros({3}, at::kLong))); });
  expect_refused<c10::TypeError>("labels", [&] { Boxes(good, BoxesOptions().labels(at::zeros({2}))); });
  expect_refused<c10::ValueError>("'p'", [&] { Boxes(good, BoxesOptions().scores({{"p", at::zeros({1})}})); });
  expect_refused<c10::ValueError>("captions", [&] { Boxes(good, BoxesOptions().captions({"one"})); });
  expect_refused<c10::ValueError>("box 1: class id 5", [&] {
    Boxes(good, BoxesOptions().labels(at::tensor({0, 5}, at::kLong)).classes({"a", "b"}));
  });
  expect_refused<c10::ValueError>("'prediction', box 1", [&] {
    Image(picture_, ImageOptions().classes({"a"}).boxes(
                        {{"prediction", Boxes(good, BoxesOptions().labels(at::tensor({0, 5}, at::kLong)))}}));
  });
}

TEST_F(BadInput, Keys) {
  expect_refused<c10::ValueError>("empty", [&] { run_.log("", 1); });
  expect_refused<c10::ValueError>("empty", [&] { run_.logger("val/").log("", 1); });
  expect_refused<c10::ValueError>("NUL", [&] { run_.log(std::string_view("a\0b", 3), 1); });
  expect_refused<c10::ValueError>("empty", [&] { run_.log("a", Row{{"", 1}}); });
  expect_refused<c10::ValueError>("_step", [&] { run_.log("_step", 1); });
  expect_refused<c10::ValueError>("_wandb", [&] { run_.log("_wandb", 1); });
  expect_refused<c10::ValueError>("_timestamp", [&] { run_.log("_timestamp", "now"); });
  expect_refused<c10::ValueError>("empty", [&] { run_.log({{"good", Image(picture_)}, {"", 1}}); });
}

TEST_F(BadInput, Scalars) {
  expect_refused<c10::ValueError>("[3, 6, 8]", [&] { run_.log("x", picture_); });
  expect_refused<c10::TypeError>("undefined", [&] { run_.log("x", at::Tensor()); });
  expect_refused<c10::ValueError>("bins", [&] { run_.log("x", Histogram(picture_, 0)); });
}

TEST_F(BadInput, Paths) {
  const fs::path missing = folder_.path() / "missing.png";
  expect_refused<fs::filesystem_error>("missing.png", [&] { run_.log("x", Image(missing)); });
  expect_refused<fs::filesystem_error>(folder_.path().string(), [&] { run_.log("x", Image(folder_.path())); });
  const fs::path text = folder_.path() / "text.png";
  std::ofstream(text) << "no picture";
  expect_refused<c10::ValueError>("text.png", [&] { run_.log("x", Image(text)); });
}

TEST_F(BadInput, APngThatIsCutShort) {
  const fs::path whole = folder_.path() / "whole.png";
  {
    sconce::Run other(RunOptions("other").dir(folder_.path() / "other"));
    Image image(picture_);
    image.bind_to_run(other, "x", 0);
    fs::copy_file(other.dir() / "files" / image.to_json(other).at("path").get<std::string>(), whole);
  }
  fs::resize_file(whole, fs::file_size(whole) - 20);
  expect_refused<c10::ValueError>("whole.png", [&] { run_.log("x", Image(whole)); });
}

TEST(Keys, NeverLeaveTheRun) {
  const test::TemporaryFolder folder;
  sconce::Run run(RunOptions("test").dir(folder.path() / "wandb"));
  const Image image(at::zeros({4, 4}));
  const std::string long_key(5000, 'k');
  for (const std::string& key : {std::string("../../../up"), std::string("/etc/x"), std::string("a/../../../b"),
                                 std::string("."), std::string(".."), std::string("//x//y/"), long_key,
                                 "deep/" + long_key, std::string("\xff\xfe"), std::string("a\nb")}) {
    run.log(key, image);
  }
  run.finish();
  const auto rows = test::read_rows(run.dir());
  ASSERT_EQ(rows.size(), 10U);
  for (const auto& row : rows) {
    const auto key = test::user_keys(row).at(0);
    const fs::path path = row.at(key).at("path").get<std::string>();
    EXPECT_EQ(path.lexically_normal(), path);
    EXPECT_EQ(path.string().rfind("media/images/", 0), 0U) << path;
    EXPECT_TRUE(fs::is_regular_file(run.dir() / "files" / path)) << path;
  }
  EXPECT_EQ(rows[6].at(long_key).at("format"), "png");
  std::vector<std::string> beside;
  for (const auto& entry : fs::directory_iterator(folder.path())) {
    beside.push_back(entry.path().filename().string());
  }
  EXPECT_EQ(beside, std::vector<std::string>{"wandb"});
}

}  // namespace
}  // namespace sconce
