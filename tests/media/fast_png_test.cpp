#include "media/fast_png.h"

#include <gtest/gtest.h>
#include <png.h>
#include <zlib.h>

#include <algorithm>
#include <cstring>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <vector>

namespace sconce::media {
namespace {

using Bytes = std::vector<std::uint8_t>;

struct Picture {
  std::int64_t width;
  std::int64_t height;
  int channels;
  int bit_depth;
  Bytes bytes;

  PixelView view() const { return {bytes.data(), width, height, channels, bit_depth}; }
};

/// How a picture's bytes come about: of the row, the byte in it, and the bytes so far.
using Content = std::function<std::uint8_t(std::int64_t, std::int64_t, const Bytes&)>;

struct NamedContent {
  std::string name;
  Content content;
};

std::vector<NamedContent> contents() {
  const auto random = [](unsigned mask, unsigned spread) -> Content {
    auto engine = std::make_shared<std::mt19937>(mask + 7 * spread);
    return [engine, mask, spread](std::int64_t, std::int64_t, const Bytes& before) {
      if (spread > 0 && (*engine)() % spread != 0 && !before.empty()) return before.back();
      return static_cast<std::uint8_t>((*engine)() & mask);
    };
  };
  return {
      {"flat", [](std::int64_t, std::int64_t, const Bytes&) { return std::uint8_t{200}; }},
      {"gradient",
       [](std::int64_t y, std::int64_t x, const Bytes&) { return static_cast<std::uint8_t>(x + 2 * y); }},
      {"stripes",
       [](std::int64_t, std::int64_t x, const Bytes&) { return static_cast<std::uint8_t>(x / 12 * 40); }},
      {"checks", [](std::int64_t y, std::int64_t x,
                    const Bytes&) { return static_cast<std::uint8_t>((x / 24 + y / 5) % 2 * 255); }},
      {"noise", random(0xff, 0)},
      {"few values", random(0x03, 0)},
      {"runs", random(0xff, 40)},
      {"rare changes", random(0x0f, 700)},
  };
}

Picture make(std::int64_t width, std::int64_t height, int channels, int bit_depth, const Content& content) {
  Picture picture{width, height, channels, bit_depth, {}};
  const std::int64_t row = width * channels * bit_depth / 8;
  picture.bytes.reserve(static_cast<std::size_t>(row * height));
  for (std::int64_t y = 0; y < height; ++y) {
    for (std::int64_t x = 0; x < row; ++x) picture.bytes.push_back(content(y, x, picture.bytes));
  }
  return picture;
}

struct Mode {
  int channels;
  int bit_depth;
};

constexpr Mode kModes[] = {{1, 8}, {2, 8}, {3, 8}, {4, 8}, {1, 16}};

struct Reading {
  const std::uint8_t* from;
  const std::uint8_t* end;
};

void read_bytes(png_structp png, png_bytep to, png_size_t size) {
  auto* const reading = static_cast<Reading*>(png_get_io_ptr(png));
  if (static_cast<png_size_t>(reading->end - reading->from) < size) png_error(png, "the file is cut");
  std::memcpy(to, reading->from, size);
  reading->from += size;
}

void refuse_warning(png_structp png, png_const_charp text) { png_error(png, text); }

void keep_message(png_structp png, png_const_charp text) {
  *static_cast<std::string*>(png_get_error_ptr(png)) = text;
  png_longjmp(png, 1);
}

/// Decodes with libpng, taking its warnings for errors. Returns what is wrong, or nothing.
std::string decode(const Bytes& file, Picture& picture) {
  std::string error;
  png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &error, keep_message, refuse_warning);
  png_infop info = png_create_info_struct(png);
  Reading reading{file.data(), file.data() + file.size()};
  if (setjmp(png_jmpbuf(png)) == 0) {
    png_set_read_fn(png, &reading, read_bytes);
    png_read_info(png, info);
    picture.width = png_get_image_width(png, info);
    picture.height = png_get_image_height(png, info);
    picture.channels = png_get_channels(png, info);
    picture.bit_depth = png_get_bit_depth(png, info);
    const std::size_t row = png_get_rowbytes(png, info);
    picture.bytes.resize(row * static_cast<std::size_t>(picture.height));
    for (std::size_t at = 0; at < picture.bytes.size(); at += row) png_read_row(png, &picture.bytes[at], nullptr);
    png_read_end(png, nullptr);
    if (reading.from != reading.end) error = "bytes behind the end";
  }
  png_destroy_read_struct(&png, &info, nullptr);
  return error;
}

std::uint32_t big_endian(const Bytes& bytes, std::size_t at) {
  return static_cast<std::uint32_t>(bytes[at]) << 24 | static_cast<std::uint32_t>(bytes[at + 1]) << 16 |
         static_cast<std::uint32_t>(bytes[at + 2]) << 8 | bytes[at + 3];
}

/// The data of every IDAT, one after the other.
Bytes compressed_data(const Bytes& file) {
  Bytes data;
  for (std::size_t at = 8; at < file.size(); at += 12 + big_endian(file, at)) {
    if (std::equal(&file[at + 4], &file[at + 8], "IDAT")) {
      data.insert(data.end(), &file[at + 8], &file[at + 8] + big_endian(file, at));
    }
  }
  return data;
}

void expect_round_trip(const Picture& picture, const std::string& what) {
  const Bytes file = encode_png_fast(picture.view());
  Picture decoded{};
  ASSERT_EQ(decode(file, decoded), "") << what;
  ASSERT_EQ(decoded.width, picture.width) << what;
  ASSERT_EQ(decoded.height, picture.height) << what;
  ASSERT_EQ(decoded.channels, picture.channels) << what;
  ASSERT_EQ(decoded.bit_depth, picture.bit_depth) << what;
  ASSERT_TRUE(decoded.bytes == picture.bytes) << what;
}

std::string text(std::int64_t width, std::int64_t height, Mode mode, const std::string& content) {
  return content + " " + std::to_string(width) + "x" + std::to_string(height) + ", " +
         std::to_string(mode.channels) + " channels of " + std::to_string(mode.bit_depth);
}

TEST(EncodePngFast, KeepsEveryPixelInEverySmallSize) {
  for (const NamedContent& named : contents()) {
    for (const Mode mode : kModes) {
      for (std::int64_t side = 1; side <= 300; side += side < 70 ? 1 : 23) {
        const std::int64_t other = 1 + side * 37 % 67;
        expect_round_trip(make(side, other, mode.channels, mode.bit_depth, named.content),
                          text(side, other, mode, named.name));
        expect_round_trip(make(other, side, mode.channels, mode.bit_depth, named.content),
                          text(other, side, mode, named.name));
      }
    }
  }
}

TEST(EncodePngFast, KeepsEveryPixelOfSeveralBlocksAndOfRowsLongerThanABlock) {
  for (const NamedContent& named : contents()) {
    expect_round_trip(make(500, 600, 3, 8, named.content), named.name);
    expect_round_trip(make(400'001, 2, 1, 8, named.content), named.name);
    expect_round_trip(make(1, 200'000, 2, 8, named.content), named.name);
  }
}

TEST(EncodePngFast, WritesTheSameBytesWithAndWithoutVectorInstructions) {
  for (const NamedContent& named : contents()) {
    for (const Mode mode : kModes) {
      for (const std::int64_t width : {1, 7, 63, 64, 65, 200, 700}) {
        const Picture picture = make(width, 150, mode.channels, mode.bit_depth, named.content);
        const Bytes portable = encode_png_fast(picture.view(), Simd::None);
        for (const Simd simd : {Simd::Sse2, Simd::Avx2, Simd::Avx512}) {
          if (simd > best_simd()) continue;
          ASSERT_TRUE(encode_png_fast(picture.view(), simd) == portable) << text(width, 150, mode, named.name);
        }
      }
    }
  }
}

TEST(EncodePngFast, WritesDataThatInflateTakesToItsLastByte) {
  for (const NamedContent& named : contents()) {
    const Picture picture = make(300, 300, 3, 8, named.content);
    const Bytes data = compressed_data(encode_png_fast(picture.view()));
    Bytes rows(300 * (1 + 3 * 300));
    z_stream stream{};
    ASSERT_EQ(inflateInit(&stream), Z_OK);
    stream.next_in = const_cast<Bytef*>(data.data());
    stream.avail_in = static_cast<uInt>(data.size());
    stream.next_out = rows.data();
    stream.avail_out = static_cast<uInt>(rows.size());
    EXPECT_EQ(inflate(&stream, Z_FINISH), Z_STREAM_END) << named.name;
    EXPECT_EQ(stream.avail_in, 0U) << named.name;
    EXPECT_EQ(stream.avail_out, 0U) << named.name;
    inflateEnd(&stream);
  }
}

TEST(EncodePngFast, NeverGrowsMuchBeyondThePixels) {
  std::mt19937 engine(1);
  const auto noise = [&engine](std::int64_t, std::int64_t, const Bytes&) {
    return static_cast<std::uint8_t>(engine());
  };
  const Picture picture = make(512, 512, 3, 8, noise);
  EXPECT_LT(encode_png_fast(picture.view()).size(), picture.bytes.size() + picture.bytes.size() / 200);
}

TEST(EncodePngFast, MakesNextToNothingOfOneColour) {
  for (const Mode mode : kModes) {
    const Picture picture = make(1000, 1000, mode.channels, mode.bit_depth,
                                 [](std::int64_t, std::int64_t, const Bytes&) { return std::uint8_t{17}; });
    EXPECT_LT(encode_png_fast(picture.view()).size(), picture.bytes.size() / 100) << mode.channels;
  }
}

TEST(EncodePngFast, RefusesWhatIsNoPicture) {
  const Bytes bytes(64);
  EXPECT_THROW(encode_png_fast({nullptr, 1, 1, 1, 8}), std::runtime_error);
  EXPECT_THROW(encode_png_fast({bytes.data(), 0, 4, 1, 8}), std::runtime_error);
  EXPECT_THROW(encode_png_fast({bytes.data(), 4, 0, 1, 8}), std::runtime_error);
  EXPECT_THROW(encode_png_fast({bytes.data(), std::int64_t{1} << 31, 4, 1, 8}), std::runtime_error);
  EXPECT_THROW(encode_png_fast({bytes.data(), 4, 4, 5, 8}), std::runtime_error);
  EXPECT_THROW(encode_png_fast({bytes.data(), 4, 4, 0, 8}), std::runtime_error);
  EXPECT_THROW(encode_png_fast({bytes.data(), 4, 4, 3, 16}), std::runtime_error);
  EXPECT_THROW(encode_png_fast({bytes.data(), 4, 4, 1, 4}), std::runtime_error);
}

}  // namespace
}  // namespace sconce::media
