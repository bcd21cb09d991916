#include "media/image_file.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <random>
#include <stdexcept>
#include <string>

namespace sconce::media {
namespace {

using Bytes = std::vector<std::uint8_t>;

Bytes bytes_of(const std::string& text) { return {text.begin(), text.end()}; }

Bytes file(const std::string& name) {
  std::ifstream stream(std::string(SCONCE_MEDIA_FILES_DIR) + "/" + name, std::ios::binary);
  EXPECT_TRUE(stream.is_open()) << name;
  return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
}

/// The file with bytes of it replaced, from `at` on.
Bytes patched(const std::string& name, std::size_t at, const Bytes& patch) {
  Bytes bytes = file(name);
  EXPECT_LE(at + patch.size(), bytes.size());
  std::copy(patch.begin(), patch.end(), bytes.begin() + at);
  return bytes;
}

Bytes inserted(const std::string& name, std::size_t at, const Bytes& addition) {
  Bytes bytes = file(name);
  bytes.insert(bytes.begin() + at, addition.begin(), addition.end());
  return bytes;
}

std::size_t position(const Bytes& bytes, const Bytes& part) {
  const auto found = std::search(bytes.begin(), bytes.end(), part.begin(), part.end());
  EXPECT_NE(found, bytes.end());
  return found - bytes.begin();
}

std::string refusal_of(const Bytes& bytes) {
  try {
    probe_image(bytes);
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return "accepted";
}

// ---- files that Pillow made or opened ----

struct KnownFile {
  const char* name;
  const char* kind;
  std::int64_t width;
  std::int64_t height;
};

void PrintTo(const KnownFile& known, std::ostream* stream) { *stream << known.name; }

class ProbeFile : public testing::TestWithParam<KnownFile> {};

TEST_P(ProbeFile, FindsKindAndSize) {
  const auto& known = GetParam();
  const ImageFileInfo info = probe_image(file(known.name));
  EXPECT_EQ(info.kind, known.kind);
  EXPECT_EQ(info.width, known.width);
  EXPECT_EQ(info.height, known.height);
}

TEST_P(ProbeFile, AcceptsTrailingBytes) {
  Bytes bytes = file(GetParam().name);
  bytes.insert(bytes.end(), {0, 0xFF, 0, 'x', 0xFF});
  EXPECT_EQ(refusal_of(bytes), "accepted");
}

TEST_P(ProbeFile, RefusesEveryCut) {
  const Bytes whole = file(GetParam().name);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_NE(refusal_of(Bytes(whole.begin(), whole.begin() + size)), "accepted") << size << " bytes";
  }
}

// A mutation may leave a valid file. What matters: it is judged without reading past the end, which the sanitizers
// watch, and never with a size that it may not have.
TEST_P(ProbeFile, JudgesMutationsSafely) {
  const Bytes whole = file(GetParam().name);
  std::mt19937 random(11);
  int refused = 0;
  for (int round = 0; round < 2000; ++round) {
    Bytes bytes = whole;
    const std::size_t reach = round % 2 == 0 ? bytes.size() : std::min<std::size_t>(bytes.size(), 64);
    for (int i = 0; i <= round % 4; ++i) bytes[random() % reach] = static_cast<std::uint8_t>(random());
    if (round % 8 == 0) bytes.resize(random() % bytes.size());
    bytes.shrink_to_fit();
    try {
      const ImageFileInfo info = probe_image(bytes);
      EXPECT_GE(info.width, 1);
      EXPECT_GE(info.height, 1);
      EXPECT_LE(info.width, kMaxPixels / info.height);
    } catch (const std::runtime_error& error) {
      EXPECT_STRNE(error.what(), "");
      ++refused;
    }
  }
  EXPECT_GE(refused, 250);
}

constexpr KnownFile kFiles[] = {
    {"grey.png", "png", 13, 7},
    {"grey_alpha.png", "png", 13, 7},
    {"rgb.png", "png", 13, 7},
    {"rgba.png", "png", 13, 7},
    {"one_bit.png", "png", 13, 7},
    {"palette.png", "png", 13, 7},
    {"palette_transparent.png", "png", 13, 7},
    {"grey_16.png", "png", 13, 7},
    {"rgb_16.png", "png", 13, 7},
    {"interlaced.png", "png", 13, 7},
    {"text.png", "png", 13, 7},
    {"baseline.jpg", "jpeg", 13, 7},
    {"grey.jpg", "jpeg", 13, 7},
    {"progressive.jpg", "jpeg", 40, 24},
    {"restart.jpg", "jpeg", 40, 24},
    {"comment.jpg", "jpeg", 13, 7},
    {"rgb.bmp", "bmp", 13, 7},
    {"palette.bmp", "bmp", 13, 7},
    {"one_bit.bmp", "bmp", 13, 7},
    {"rgba.bmp", "bmp", 13, 7},
    {"top_down.bmp", "bmp", 13, 7},
    {"core.bmp", "bmp", 13, 7},
    {"rle8.bmp", "bmp", 13, 7},
    {"still.gif", "gif", 13, 7},
    {"animated.gif", "gif", 13, 7},
    {"interlaced.gif", "gif", 13, 7},
    {"lossy.webp", "webp", 13, 7},
    {"lossless.webp", "webp", 13, 7},
    {"alpha.webp", "webp", 13, 7},
    {"animated.webp", "webp", 13, 7},
};

std::string test_name(const testing::TestParamInfo<KnownFile>& info) {
  std::string name = info.param.name;
  std::replace(name.begin(), name.end(), '.', '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(Files, ProbeFile, testing::ValuesIn(kFiles), test_name);

// ---- what no image is ----

TEST(ProbeImage, SaysWhatAFileThatIsNoImageStartsWith) {
  EXPECT_EQ(refusal_of(bytes_of("hello world")),
            "not a png, jpeg, bmp, gif or webp image (starts with 68 65 6c 6c 6f 20 77 6f)");
  EXPECT_EQ(refusal_of({0x00, 0xFF}), "not a png, jpeg, bmp, gif or webp image (starts with 00 ff)");
  EXPECT_EQ(refusal_of({}), "not a png, jpeg, bmp, gif or webp image (it is empty)");
}

TEST(ProbeImage, SaysWhatACutFileLacks) {
  const auto half = [](const std::string& name) {
    Bytes bytes = file(name);
    bytes.resize(bytes.size() - 3);
    return refusal_of(bytes);
  };
  EXPECT_EQ(half("rgb.png"), "the PNG is broken: it ends before its IEND chunk");
  EXPECT_EQ(half("baseline.jpg"), "the JPEG ends before its end marker");
  EXPECT_EQ(half("rgb.bmp"), "the BMP ends before its last pixel");
  EXPECT_EQ(half("still.gif"), "the GIF ends before its trailer");
  EXPECT_EQ(half("lossy.webp"), "the WebP ends before its last chunk");
}

// ---- JPEG ----

constexpr std::uint8_t kFrames[] = {0xC0, 0xC1, 0xC2, 0xC3, 0xC5, 0xC6, 0xC7, 0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF};

std::size_t frame_at() { return position(file("baseline.jpg"), {0xFF, 0xC0, 0, 17}); }

TEST(ProbeJpeg, ReadsEveryKindOfFrame) {
  for (const std::uint8_t frame : kFrames) {
    const ImageFileInfo info = probe_image(patched("baseline.jpg", frame_at() + 1, {frame}));
    EXPECT_EQ(info.width, 13);
    EXPECT_EQ(info.height, 7);
  }
  for (const std::uint8_t no_frame : Bytes{0xC4, 0xC8, 0xCC}) {
    EXPECT_EQ(refusal_of(patched("baseline.jpg", frame_at() + 1, {no_frame})),
              "the JPEG is broken: a scan before the frame header");
  }
}

TEST(ProbeJpeg, ReadsSidesAsBigEndian) {
  const ImageFileInfo info = probe_image(patched("baseline.jpg", frame_at() + 5, {0x01, 0x02, 0x03, 0x04}));
  EXPECT_EQ(info.height, 0x0102);
  EXPECT_EQ(info.width, 0x0304);
}

TEST(ProbeJpeg, SkipsFillBytesBeforeAMarker) {
  EXPECT_EQ(refusal_of(inserted("baseline.jpg", frame_at(), {0xFF, 0xFF, 0xFF})), "accepted");
}

TEST(ProbeJpeg, RefusesSidesOutOfRange) {
  EXPECT_EQ(refusal_of(patched("baseline.jpg", frame_at() + 5, {0, 0})),
            "the JPEG has 13 x 0 pixels, expected 1 x 1 to 178956970 in all");
  EXPECT_EQ(refusal_of(patched("baseline.jpg", frame_at() + 5, {0xFF, 0xFF, 0xFF, 0xFF})),
            "the JPEG has 65535 x 65535 pixels, expected 1 x 1 to 178956970 in all");
}

TEST(ProbeJpeg, RefusesAnEndWithoutAScan) {
  EXPECT_EQ(refusal_of({0xFF, 0xD8, 0xFF, 0xD9}), "the JPEG is broken: it has no scan");
}

TEST(ProbeJpeg, RefusesBrokenSegments) {
  EXPECT_EQ(refusal_of(inserted("baseline.jpg", frame_at(), {0x12})),
            "the JPEG is broken: data where a marker belongs");
  EXPECT_EQ(refusal_of(inserted("baseline.jpg", frame_at(), {0xFF, 0xFE, 0, 1})),
            "the JPEG is broken: a segment shorter than its own length");
  EXPECT_EQ(refusal_of(inserted("baseline.jpg", frame_at(), {0xFF, 0xD8})),
            "the JPEG is broken: a marker that has no place between segments");
  EXPECT_EQ(refusal_of(inserted("baseline.jpg", frame_at(), {0xFF, 0xC0, 0, 8, 8, 0, 7, 0, 13, 0})),
            "the JPEG is broken: it has two frame headers");
  EXPECT_EQ(refusal_of(inserted("baseline.jpg", frame_at(), {0xFF, 0xC0, 0, 7, 8, 0, 7, 0, 13})),
            "the JPEG is broken: its frame header is too short");
}

// ---- BMP ----

TEST(ProbeBmp, RefusesSidesOutOfRange) {
  EXPECT_EQ(refusal_of(patched("rgb.bmp", 18, {0, 0, 0, 0})),
            "the BMP has 0 x 7 pixels, expected 1 x 1 to 178956970 in all");
  EXPECT_EQ(refusal_of(patched("rgb.bmp", 18, {0xFF, 0xFF, 0xFF, 0xFF})),
            "the BMP has -1 x 7 pixels, expected 1 x 1 to 178956970 in all");
  EXPECT_EQ(refusal_of(patched("rgb.bmp", 22, {0, 0, 0, 0x80})),
            "the BMP has 13 x 2147483648 pixels, expected 1 x 1 to 178956970 in all");
}

TEST(ProbeBmp, RefusesHeadersItCannotRead) {
  EXPECT_EQ(refusal_of(patched("rgb.bmp", 14, {16})), "the BMP is broken: a header of 16 bytes");
  EXPECT_EQ(refusal_of(patched("rgb.bmp", 28, {7})), "the BMP is broken: pixels of 7 bits");
  EXPECT_EQ(refusal_of(patched("rgb.bmp", 30, {9})), "the BMP has an unknown compression, 9");
  EXPECT_EQ(refusal_of(patched("rgb.bmp", 10, {53})), "the BMP is broken: its pixels begin inside its header");
  EXPECT_EQ(refusal_of(patched("rle8.bmp", 34, {0, 0, 0, 0})), "the BMP is broken: it has no pixels");
}

TEST(ProbeBmp, WantsEveryRowPaddedToFourBytes) {
  Bytes bytes = file("rgb.bmp");
  ASSERT_EQ(bytes.size(), 54U + 40U * 7U);
  EXPECT_EQ(refusal_of(bytes), "accepted");
  EXPECT_EQ(refusal_of(patched("rgb.bmp", 22, {8})), "the BMP ends before its last pixel");
}

// ---- GIF ----

TEST(ProbeGif, RefusesSidesOfZero) {
  EXPECT_EQ(refusal_of(patched("still.gif", 6, {0, 0})),
            "the GIF has 0 x 7 pixels, expected 1 x 1 to 178956970 in all");
}

TEST(ProbeGif, RefusesFilesWithoutAnImage) {
  EXPECT_EQ(refusal_of(bytes_of(std::string("GIF89a\x0D\0\x07\0\0\0\0;", 14))),
            "the GIF is broken: it has no image");
}

TEST(ProbeGif, RefusesDataBetweenBlocks) {
  Bytes bytes = file("still.gif");
  bytes.back() = 0x55;
  EXPECT_EQ(refusal_of(bytes), "the GIF is broken: data where a block belongs");
}

// ---- WebP ----

TEST(ProbeWebp, ReadsTheWholeRangeOfSides) {
  const ImageFileInfo lossy = probe_image(patched("lossy.webp", 26, {0x34, 0xD2, 0x01, 0x40}));
  EXPECT_EQ(lossy.width, 0x1234);  // above it lie two bits of scale
  EXPECT_EQ(lossy.height, 1);
  const ImageFileInfo lossless = probe_image(patched("lossless.webp", 21, {0xFF, 0x3F, 0x40, 0x00}));
  EXPECT_EQ(lossless.width, 0x4000);
  EXPECT_EQ(lossless.height, 0x101);
  const ImageFileInfo extended = probe_image(patched("alpha.webp", 24, {0xFF, 0xFF, 0xFF, 0, 0, 0}));
  EXPECT_EQ(extended.width, 0x1000000);
  EXPECT_EQ(extended.height, 1);
}

TEST(ProbeWebp, RefusesSidesOutOfRange) {
  EXPECT_EQ(refusal_of(patched("lossy.webp", 26, {0, 0x40})),
            "the WebP has 0 x 7 pixels, expected 1 x 1 to 178956970 in all");
  EXPECT_EQ(refusal_of(patched("alpha.webp", 24, {0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF})),
            "the WebP has 16777216 x 16777216 pixels, expected 1 x 1 to 178956970 in all");
}

TEST(ProbeWebp, RefusesWrongSignatures) {
  EXPECT_EQ(refusal_of(patched("lossless.webp", 20, {0x2E})),
            "the WebP is broken: its lossless data has no signature");
  EXPECT_EQ(refusal_of(patched("lossy.webp", 23, {0x9E})), "the WebP is broken: no key frame comes first");
  EXPECT_EQ(refusal_of(patched("lossy.webp", 12, bytes_of("ICCP"))),
            "the WebP is broken: its first chunk is neither VP8, VP8L nor VP8X");
}

TEST(ProbeWebp, RefusesFilesWithoutAnImage) {
  EXPECT_EQ(refusal_of(bytes_of(std::string("RIFF\x16\0\0\0WEBPVP8X\x0A\0\0\0\0\0\0\0\x01\0\0\x01\0\0", 30))),
            "the WebP is broken: it has no image");
  EXPECT_EQ(refusal_of(bytes_of(std::string("RIFF\x04\0\0\0WEBP", 12))), "the WebP is broken: it has no image");
}

TEST(ProbeWebp, RefusesAChunkBeyondTheRiffSize) {
  Bytes bytes = patched("lossy.webp", 4, {40, 0, 0, 0});
  EXPECT_EQ(refusal_of(bytes), "the WebP ends before its last chunk");
}

}  // namespace
}  // namespace sconce::media
