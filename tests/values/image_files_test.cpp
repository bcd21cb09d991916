// Images made from files.

#include <ATen/ATen.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

#include "sconce/image.h"
#include "store/sha256.h"
#include "support/refusal.h"
#include "support/run_reader.h"
#include "values/image_source.h"

namespace sconce {
namespace {

namespace fs = std::filesystem;
using test::read_text;
using test::refusal;

const fs::path kFiles = SCONCE_MEDIA_FILES_DIR;

std::string bytes_of(const Image& image) {
  const std::vector<std::uint8_t>& bytes = image.source().file(Compression::Fast)->media.bytes;
  return {bytes.begin(), bytes.end()};
}

class ImageFile : public testing::Test {
 protected:
  fs::path write(const std::string& name, const std::string& bytes) const {
    std::ofstream(folder_.path() / name, std::ios::binary) << bytes;
    return folder_.path() / name;
  }

  test::TemporaryFolder folder_;
};

TEST_F(ImageFile, IsKeptByteForByte) {
  int count = 0;
  for (const auto& entry : fs::directory_iterator(kFiles)) {
    const Image image(entry.path());
    const media::EncodedMedia& media = image.source().file(Compression::Fast)->media;
    EXPECT_EQ(bytes_of(image), read_text(entry.path())) << entry.path();
    EXPECT_EQ(media.extension, entry.path().extension());
    EXPECT_EQ("." + media.format, entry.path().extension());
    EXPECT_EQ(image.source().file(Compression::Fast)->sha256,
              store::sha256_hex(media.bytes.data(), media.bytes.size()));
    EXPECT_GE(image.width(), 7);
    EXPECT_EQ(media.width, image.width());
    EXPECT_TRUE(image.file_is_set());
    EXPECT_FALSE(image.is_bound());
    EXPECT_FALSE(image.pixels().defined());
    ++count;
  }
  EXPECT_GE(count, 30);
}

TEST_F(ImageFile, TellsItsSize) {
  EXPECT_EQ(Image(kFiles / "rgb.png").width(), 13);
  EXPECT_EQ(Image(kFiles / "rgb.png").height(), 7);
  EXPECT_EQ(Image(kFiles / "progressive.jpg").width(), 40);
  EXPECT_EQ(Image(kFiles / "progressive.jpg").height(), 24);
}

TEST_F(ImageFile, KeepsTheExtensionAsItIsSpelt) {
  const std::string png = read_text(kFiles / "rgb.png");
  const auto media = [&](const std::string& name) {
    return Image(write(name, png)).source().file(Compression::Fast)->media;
  };
  EXPECT_EQ(media("a.b.PNG").extension, ".PNG");
  EXPECT_EQ(media("a.b.PNG").format, "PNG");
  EXPECT_EQ(media("none").extension, "");
  EXPECT_EQ(media("none").format, "");
  EXPECT_EQ(media("v1.0 of a longer name").extension, "") << "no extension but a name with a dot";
  EXPECT_EQ(media("wrong.jpg").format, "jpg") << "what it is told by its bytes";
}

TEST_F(ImageFile, IsReadNow) {
  const fs::path path = write("a.png", read_text(kFiles / "rgb.png"));
  const Image image(path);
  fs::remove(path);
  EXPECT_EQ(bytes_of(image), read_text(kFiles / "rgb.png"));
}

TEST_F(ImageFile, IsSharedByImagesOfIt) {
  const Image first(kFiles / "rgb.png", ImageOptions().caption("x"));
  const Image second(first, ImageOptions().mode(Mode::L).grouping(2));
  EXPECT_EQ(&second.source(), &first.source()) << "a file stays as it is in every mode";
  EXPECT_EQ(second.options().caption(), "x");
}

TEST_F(ImageFile, HasLayersOfItsSize) {
  const Mask mask(at::zeros({7, 13}, at::kByte));
  EXPECT_EQ(Image(kFiles / "rgb.png", ImageOptions().masks({{"m", mask}})).options().masks().size(), 1U);
  EXPECT_THROW(Image(kFiles / "progressive.jpg", ImageOptions().masks({{"m", mask}})), c10::ValueError);
}

TEST_F(ImageFile, MustBeAFile) {
  EXPECT_THROW(Image(folder_.path() / "missing.png"), fs::filesystem_error);
  EXPECT_THROW(Image{folder_.path()}, fs::filesystem_error);
  ASSERT_EQ(::mkfifo((folder_.path() / "pipe.png").c_str(), 0600), 0);
  EXPECT_THROW(Image(folder_.path() / "pipe.png"), fs::filesystem_error);
  try {
    Image(folder_.path() / "missing.png");
  } catch (const fs::filesystem_error& error) {
    EXPECT_EQ(error.path1(), folder_.path() / "missing.png");
  }
}

TEST_F(ImageFile, MustBeAWholeImage) {
  for (const char* name : {"rgb.png", "baseline.jpg", "rgb.bmp", "still.gif", "lossy.webp"}) {
    const std::string whole = read_text(kFiles / name);
    const fs::path cut = write(name, whole.substr(0, whole.size() - 1));
    const std::string error = refusal<c10::ValueError>([&] { Image{cut}; });
    EXPECT_EQ(error.find("expected a png, jpeg, bmp, gif or webp image, got " + cut.string() + ": "), 0U) << error;
  }
  EXPECT_THROW(Image(write("empty.png", "")), c10::ValueError);
  EXPECT_THROW(Image(write("text.png", "no image at all")), c10::ValueError);
}

/// A black BMP of one row.
std::string bmp(std::uint32_t width) {
  const std::uint32_t row = (3 * width + 3) / 4 * 4;
  std::string bytes = "BM";
  const auto add = [&](std::uint32_t value, int count) {
    for (int i = 0; i < count; ++i, value >>= 8) {
      bytes += static_cast<char>(value & 0xff);
    }
  };
  for (const std::uint32_t field : {54 + row, 0U, 54U, 40U, width, 1U}) {
    add(field, 4);
  }
  add(1, 2);   // planes
  add(24, 2);  // bits a pixel
  for (const std::uint32_t field : {0U, row, 0U, 0U, 0U, 0U}) {
    add(field, 4);
  }
  return bytes + std::string(row, '\0');
}

TEST_F(ImageFile, MustNotExceedTheLimit) {
  EXPECT_EQ(Image(write("fits.bmp", bmp(65500))).width(), 65500);
  const fs::path wide = write("wide.bmp", bmp(65501));
  EXPECT_EQ(refusal<c10::ValueError>([&] { Image{wide}; }),
            "expected an image of at most 65500 pixels a side, got 65501 x 1 (width x height)");
}

}  // namespace
}  // namespace sconce
