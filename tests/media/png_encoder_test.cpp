#include "media/png_encoder.h"

#include <gtest/gtest.h>
#include <zlib.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "png_reader.h"

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

std::uint32_t big_endian(const Bytes& bytes, std::size_t at) {
  return static_cast<std::uint32_t>(bytes[at]) << 24 | static_cast<std::uint32_t>(bytes[at + 1]) << 16 |
         static_cast<std::uint32_t>(bytes[at + 2]) << 8 | bytes[at + 3];
}

std::vector<std::string> chunk_types(const Bytes& file) {
  std::vector<std::string> types;
  for (std::size_t at = 8; at < file.size(); at += 12 + big_endian(file, at)) {
    types.emplace_back(&file[at + 4], &file[at + 8]);
  }
  return types;
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

constexpr Compression kCompressions[] = {Compression::Fast, Compression::Small, Compression::None};

void expect_round_trip(const Picture& picture, const std::string& what) {
  for (const Compression compression : kCompressions) {
    const test::DecodedPng decoded = test::decode_png(encode_png(picture.view(), compression));
    ASSERT_EQ(decoded.width, picture.width) << what;
    ASSERT_EQ(decoded.height, picture.height) << what;
    ASSERT_EQ(decoded.channels, picture.channels) << what;
    ASSERT_EQ(decoded.bit_depth, picture.bit_depth) << what;
    ASSERT_TRUE(decoded.pixels == picture.bytes) << what << ", compression " << static_cast<int>(compression);
  }
}

std::string text(std::int64_t width, std::int64_t height, Mode mode, const std::string& content) {
  return content + " " + std::to_string(width) + "x" + std::to_string(height) + ", " +
         std::to_string(mode.channels) + " channels of " + std::to_string(mode.bit_depth);
}

TEST(EncodePng, KeepsEveryPixelInEverySmallSize) {
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

TEST(EncodePng, KeepsEveryPixelOfSeveralBlocksAndOfRowsLongerThanABlock) {
  for (const NamedContent& named : contents()) {
    expect_round_trip(make(500, 600, 3, 8, named.content), named.name);
    expect_round_trip(make(65'500, 2, 4, 8, named.content), named.name);
    expect_round_trip(make(1, 65'500, 3, 8, named.content), named.name);
    expect_round_trip(make(1, 65'500, 1, 16, named.content), named.name);
  }
}

TEST(EncodePng, WritesTheSameBytesWithAndWithoutVectorInstructions) {
  for (const Compression compression : kCompressions) {
    for (const NamedContent& named : contents()) {
      for (const Mode mode : kModes) {
        for (const std::int64_t width : {1, 7, 63, 64, 65, 200, 700}) {
          const Picture picture = make(width, 150, mode.channels, mode.bit_depth, named.content);
          const Bytes portable = encode_png(picture.view(), compression, Simd::None);
          for (const Simd simd : {Simd::Sse2, Simd::Avx2, Simd::Avx512}) {
            if (simd > best_simd()) continue;
            ASSERT_TRUE(encode_png(picture.view(), compression, simd) == portable)
                << text(width, 150, mode, named.name);
          }
        }
      }
    }
  }
}

/// zlib's strict inflate, which knows no PNG.
void expect_inflates_to_its_last_byte(const Bytes& data, std::size_t size, const std::string& what) {
  Bytes rows(size);
  z_stream stream{};
  ASSERT_EQ(inflateInit(&stream), Z_OK);
  stream.next_in = const_cast<Bytef*>(data.data());
  stream.avail_in = static_cast<uInt>(data.size());
  stream.next_out = rows.data();
  stream.avail_out = static_cast<uInt>(rows.size());
  EXPECT_EQ(inflate(&stream, Z_FINISH), Z_STREAM_END) << what;
  EXPECT_EQ(stream.avail_in, 0U) << what;
  EXPECT_EQ(stream.avail_out, 0U) << what;
  inflateEnd(&stream);
}

TEST(EncodePng, WritesDataThatInflateTakesToItsLastByte) {
  for (const Compression compression : kCompressions) {
    for (const NamedContent& named : contents()) {
      const Picture picture = make(300, 300, 3, 8, named.content);
      expect_inflates_to_its_last_byte(compressed_data(encode_png(picture.view(), compression)),
                                       300 * (1 + 3 * 300), named.name);
    }
  }
}

TEST(EncodePng, NeverGrowsMuchBeyondThePixels) {
  std::mt19937 engine(1);
  const auto noise = [&engine](std::int64_t, std::int64_t, const Bytes&) {
    return static_cast<std::uint8_t>(engine());
  };
  const Picture picture = make(512, 512, 3, 8, noise);
  for (const Compression compression : kCompressions) {
    EXPECT_LT(encode_png(picture.view(), compression).size(), picture.bytes.size() + picture.bytes.size() / 200);
  }
}

TEST(EncodePng, MakesNextToNothingOfOneColour) {
  for (const Mode mode : kModes) {
    const Picture picture = make(1000, 1000, mode.channels, mode.bit_depth,
                                 [](std::int64_t, std::int64_t, const Bytes&) { return std::uint8_t{17}; });
    for (const Compression compression : {Compression::Fast, Compression::Small}) {
      EXPECT_LT(encode_png(picture.view(), compression).size(), picture.bytes.size() / 100) << mode.channels;
    }
  }
}

TEST(EncodePng, MakesPhotographsSmallerWhereItIsAskedTo) {
  std::mt19937 engine(5);
  std::normal_distribution<double> grain(0, 1.5);
  const auto photograph = [&](std::int64_t y, std::int64_t x, const Bytes&) {
    const auto column = static_cast<double>(x / 3);
    const double light =
        std::sin(0.02 * column) + std::cos(0.03 * static_cast<double>(y)) * static_cast<double>(x % 3 + 1) / 3;
    return static_cast<std::uint8_t>(128 + 50 * light + grain(engine));
  };
  const Picture picture = make(400, 300, 3, 8, photograph);
  const std::size_t fast = encode_png(picture.view(), Compression::Fast).size();
  EXPECT_LT(encode_png(picture.view(), Compression::Small).size(), fast);
  EXPECT_LT(fast, encode_png(picture.view(), Compression::None).size() * 3 / 4);
}

TEST(EncodePng, HoldsNoAncillaryChunk) {
  for (const Mode mode : kModes) {
    const Picture picture = make(4, 3, mode.channels, mode.bit_depth, contents().front().content);
    EXPECT_EQ(chunk_types(encode_png(picture.view(), Compression::Fast)),
              (std::vector<std::string>{"IHDR", "IDAT", "IEND"}));
  }
}

TEST(EncodePng, RefusesWhatIsNoPicture) {
  const Bytes bytes(65'501);
  const auto refuses = [](const PixelView& view) {
    EXPECT_THROW(encode_png(view, Compression::Fast), std::runtime_error)
        << view.width << "x" << view.height << ", " << view.channels << " channels of " << view.bit_depth;
  };
  refuses({nullptr, 1, 1, 1, 8});
  refuses({bytes.data(), 0, 4, 1, 8});
  refuses({bytes.data(), 4, 0, 1, 8});
  refuses({bytes.data(), 4, -1, 1, 8});
  refuses({bytes.data(), 65'501, 1, 1, 8});
  refuses({bytes.data(), 1, 65'501, 1, 8});
  refuses({bytes.data(), (std::int64_t{1} << 32) + 1, 1, 1, 8});
  refuses({bytes.data(), 4, 4, 5, 8});
  refuses({bytes.data(), 4, 4, 0, 8});
  refuses({bytes.data(), 4, 4, 3, 16});
  refuses({bytes.data(), 4, 4, 1, 4});
}

}  // namespace
}  // namespace sconce::media
