#include <ATen/ATen.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include <array>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "sconce/ops.h"
#include "torch_ops/expect_png.h"
#include "torch_ops/png_code.h"
#include "torch_ops/png_stream.h"

namespace sconce {
namespace {

using test::bytes_of;
using test::expect_encoded;
using test::inflated;
using test::noise;
using test::photograph;
using Bytes = test::Bytes;

class EncodePng : public testing::Test {
 protected:
  void SetUp() override { at::manual_seed(3); }
};

TEST_F(EncodePng, KeepsPixelsOfAllSizesAndChannels) {
  for (std::int64_t side = 1; side <= 300; side += side < 20 ? 1 : 31) {
    for (std::int64_t channels = 1; channels <= 4; ++channels) {
      const std::string what = std::to_string(side) + ", " + std::to_string(channels) + " channels";
      expect_encoded(photograph(side, 301 - side, channels), "photograph " + what);
      expect_encoded(noise({301 - side, side, channels}), "noise " + what);
    }
  }
}

TEST_F(EncodePng, KeepsPixelsOf16Bits) {
  expect_encoded(at::randint(65536, {3, 37, 41, 1}, at::kInt), "noise");
  expect_encoded(at::arange(300 * 250, at::kInt).remainder(65536).view({300, 250, 1}), "ramp");
}

TEST_F(EncodePng, KeepsPicturesOfASingleValue) {
  for (const std::int64_t value : {0, 1, 2, 255}) {
    for (const std::int64_t side : {1, 2, 300}) {
      expect_encoded(at::full({side, side, 1}, value, at::kByte), std::to_string(value));
      expect_encoded(at::full({2, side, side, 3}, value, at::kByte), std::to_string(value));
    }
  }
}

/// Each byte more moves the end by some bits, over the ends of words and of padding.
TEST_F(EncodePng, EndsAtAnyBit) {
  for (std::int64_t width = 1; width <= 200; ++width) {
    expect_encoded(photograph(1, width, 1), "1 x " + std::to_string(width));
    expect_encoded(at::arange(2 * width, at::kByte).bitwise_and(3).view({2, width, 1}), std::to_string(width));
  }
}

TEST_F(EncodePng, KeepsPicturesOfUnlikeContents) {
  for (const std::int64_t side : {50, 250}) {
    const at::Tensor columns = at::arange(side, at::kByte).view({1, side, 1}).expand({side, side, 3});
    const at::Tensor rows = columns.transpose(0, 1);
    const at::Tensor batch = at::stack({noise({side, side, 3}), photograph(side, side, 3), columns,
                                        at::zeros({side, side, 3}, at::kByte), rows, photograph(side, side, 3)});
    expect_encoded(batch, std::to_string(side));
  }
}

TEST_F(EncodePng, MakesTheSameFileInAnyBatch) {
  const at::Tensor picture = photograph(120, 90, 3);
  const at::Tensor alone = ops::encode_png(picture)[0];
  const at::Tensor batch = at::stack({noise({120, 90, 3}), picture, at::zeros({120, 90, 3}, at::kByte)});
  EXPECT_TRUE(ops::encode_png(batch)[1].equal(alone));
}

/// No sampled row has the values of the others.
TEST_F(EncodePng, KeepsValuesThatNoSampleShows) {
  const at::Tensor picture = at::zeros({600, 700, 1}, at::kByte);
  picture.narrow(0, 1, 2).copy_(noise({2, 700, 1}));
  expect_encoded(picture, "two rows of noise");
}

TEST_F(EncodePng, EncodesInTurns) {
  const at::Tensor pictures = noise({4097, 1, 2, 1});
  expect_encoded(pictures, "small ones");
  const at::Tensor large = photograph(2000, 3000, 3);
  expect_encoded(at::stack({large, large.flip(0)}), "large ones");
}

TEST_F(EncodePng, TakesAnyStrides) {
  const at::Tensor planes = noise({3, 40, 30});
  expect_encoded(planes.permute({1, 2, 0}), "planes");
  expect_encoded(noise({40, 60, 3}).slice(1, 0, 60, 2), "every second column");
}

/// Most bytes never come in a photograph's residuals. That they have codes must not cost those that do.
TEST_F(EncodePng, MakesCodesThatComeCloseToTheEntropy) {
  const at::Tensor picture = photograph(512, 512, 3);
  const Bytes file = bytes_of(ops::encode_png(picture)[0]);
  double bits = 0;
  const Bytes stream = inflated(file, 512 * (512 * 3 + 1));
  std::array<double, 256> counts{};
  for (const std::uint8_t byte : stream) ++counts[byte];
  for (const double count : counts)
    bits += count > 0 ? count * std::log2(static_cast<double>(stream.size()) / count) : 0;
  EXPECT_LT(static_cast<double>(file.size()), 1.03 * bits / 8);
}

TEST_F(EncodePng, RefusesWhatIsNoPicture) {
  EXPECT_THROW(ops::encode_png(at::Tensor()), c10::TypeError);
  EXPECT_THROW(ops::encode_png(at::zeros({2, 2, 1})), c10::TypeError);
  EXPECT_THROW(ops::encode_png(at::zeros({2, 2, 1}, at::kBool)), c10::TypeError);
  EXPECT_THROW(ops::encode_png(at::empty({2, 2, 1}, at::dtype(at::kByte).device(at::kMeta))), c10::TypeError);
  EXPECT_THROW(ops::encode_png(at::zeros({2, 2}, at::kByte)), c10::ValueError);
  EXPECT_THROW(ops::encode_png(at::zeros({2, 2, 5}, at::kByte)), c10::ValueError);
  EXPECT_THROW(ops::encode_png(at::zeros({2, 2, 3}, at::kInt)), c10::ValueError);
  EXPECT_THROW(ops::encode_png(at::zeros({0, 2, 2, 1}, at::kByte)), c10::ValueError);
  EXPECT_THROW(ops::encode_png(at::zeros({1, 65501, 1}, at::kByte)), c10::ValueError);
  EXPECT_THROW(ops::encode_png(at::zeros({1, 1, 1}, at::kByte).expand({60000, 60000, 1})), c10::ValueError);
}

TEST_F(EncodePng, PlacesWhatComesBehindTwoToThe31Bits) {
  std::vector<std::int32_t> counts(png::kLengthSymbols + 1, 0);
  counts['a'] = 3;
  counts['b'] = 1;
  const ops::BandCode code = ops::band_code(counts.data(), {1}, /*last=*/true);
  std::uint64_t bits = 0;
  std::int64_t size = 0;
  for (const int symbol : {'a', 'b', 'a', 'a'}) {
    bits |= std::uint64_t{code.codes.at(static_cast<std::size_t>(symbol))} << size;
    size += code.lengths.at(static_cast<std::size_t>(symbol));
  }
  ASSERT_GT(size, 4) << "they are to cross a word's end";
  const at::Tensor symbols = at::tensor({'a', 'b', 'a', 'a'}, at::kInt).view({1, 4});
  constexpr std::int64_t kWord = (std::int64_t{1} << 25) + 3;
  const at::Tensor words = ops::pack_symbols(symbols, {&code}, {1}, {{&code, 64 * kWord + 60}}, kWord + 2);
  EXPECT_EQ(words[kWord].item<std::int64_t>(), static_cast<std::int64_t>(bits << 60));
  EXPECT_EQ(words[kWord + 1].item<std::int64_t>(), static_cast<std::int64_t>(bits >> 4));
  EXPECT_EQ(words.count_nonzero().item<std::int64_t>(), 1 + (bits >> 4 != 0 ? 1 : 0));
}

TEST_F(EncodePng, SumsAsZlibDoes) {
  const at::Tensor streams = at::full({2, 128 * 600}, 255, at::kByte);
  const std::int64_t size = 128 * 600 - 5;
  streams.narrow(1, size, 5).zero_();
  const at::Tensor sums = ops::adler_sums(streams, size);
  const Bytes bytes = bytes_of(streams[1].narrow(0, 0, size));
  const std::uint32_t expected = static_cast<std::uint32_t>(adler32_z(1, bytes.data(), bytes.size()));
  EXPECT_EQ((sums[1][0].item<std::int64_t>() + 1) % 65521, expected & 0xffff);
  EXPECT_EQ((sums[1][1].item<std::int64_t>() + size) % 65521, expected >> 16);
}

}  // namespace
}  // namespace sconce
