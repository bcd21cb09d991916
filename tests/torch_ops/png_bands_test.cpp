#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <string>

#include "torch_ops/expect_png.h"
#include "torch_ops/png_format.h"

namespace sconce {
namespace {

using test::expect_encoded;
using test::noise;
using test::photograph;

class PngBands : public testing::Test {
 protected:
  void SetUp() override { at::manual_seed(4); }
};

ops::PngBands bands_of(std::int64_t height, std::int64_t width, std::int64_t channels) {
  return ops::png_format(at::empty({height, width, channels}, at::kByte)).bands;
}

TEST_F(PngBands, HoldEachRowOnce) {
  for (const std::int64_t width : {1, 16, 63, 500, 5000, 20000, 65500}) {
    for (const std::int64_t height : {1, 2, 3, 7, 97, 1000, 10001}) {
      const ops::PngBands bands = bands_of(height, width, 1);
      const std::string what = std::to_string(height) + " x " + std::to_string(width);
      EXPECT_GE(bands.count * bands.rows, height) << what;
      EXPECT_LT((bands.count - 1) * bands.rows, height) << what;
      EXPECT_EQ(bands.size, bands.rows * (width + 1)) << what;
      EXPECT_GE(bands.padded, bands.size) << what;
      EXPECT_EQ(bands.padded % bands.segment, 0) << what;
      EXPECT_EQ(bands.segment % ops::kPngBlock, 0) << what;
    }
  }
}

TEST_F(PngBands, KeepPixelsAtTheirEdges) {
  ASSERT_EQ(bands_of(7, 2047, 3).count, 1);
  ASSERT_EQ(bands_of(9, 2047, 3).count, 2);
  for (std::int64_t height = 1; height <= 26; ++height) {
    expect_encoded(photograph(height, 2047, 3), std::to_string(height) + " wide rows");
  }
  ASSERT_GT(bands_of(3000, 16, 1).count, 1);
  for (const std::int64_t height : {2890, 2891, 2892, 2893, 5781, 5782, 5783}) {
    expect_encoded(photograph(height, 16, 1), std::to_string(height) + " narrow rows");
  }
}

TEST_F(PngBands, KeepPixelsOfRowsLargerThanABand) {
  expect_encoded(photograph(5, 20000, 4), "wide");
  expect_encoded(noise({3, 65500, 1}), "widest");
}

/// The bands' own ends move over the ends of words, too.
TEST_F(PngBands, BeginAtAnyBit) {
  for (std::int64_t width = 700; width < 764; ++width) {
    ASSERT_EQ(bands_of(80, width, 1).count, 2);
    expect_encoded(noise({80, width, 1}).bitwise_and(width % 2 == 0 ? 7 : 63), std::to_string(width));
  }
}

at::Tensor unlike_bands(std::int64_t height, std::int64_t width) {
  return at::cat({noise({1, width, 3}).expand({height, width, 3}),
                  noise({height, 1, 3}).expand({height, width, 3}), photograph(height, width, 3),
                  at::full({height, width, 3}, 9, at::kByte), noise({height, width, 3})});
}

TEST_F(PngBands, KeepPicturesOfUnlikeBands) {
  const at::Tensor picture = unlike_bands(90, 300);
  ASSERT_GT(bands_of(450, 300, 3).count, 5);
  expect_encoded(at::stack({picture, photograph(450, 300, 3), picture.flip(0), at::zeros_like(picture)}),
                 "unlike");
}

/// Of plain rows the left byte and Paeth leave the same.
TEST_F(PngBands, GiveEachRowTheFilterThatSuitsIt) {
  const std::int64_t height = 90, width = 300;
  const test::Bytes file = test::bytes_of(ops::encode_png(unlike_bands(height, width))[0]);
  const std::int64_t row = width * 3 + 1;
  const test::Bytes stream = test::inflated(file, static_cast<std::size_t>(5 * height * row));
  constexpr std::uint8_t kLeft = 1, kAbove = 2, kPaeth = 4;
  for (std::int64_t y = 2; y < height; ++y) {
    EXPECT_EQ(stream[static_cast<std::size_t>(y * row)], kAbove) << y;
    const std::uint8_t plain = stream[static_cast<std::size_t>((height + y) * row)];
    EXPECT_TRUE(plain == kLeft || plain == kPaeth) << y << ": " << int{plain};
  }
}

/// One code for all would need eight bits for each of these bytes.
TEST_F(PngBands, HaveCodesOfTheirOwn) {
  const at::Tensor few = at::randint(16, {16, 200, 300, 1}, at::kByte);
  const at::Tensor picture = few.add(at::arange(16, at::kByte).mul(16).view({16, 1, 1, 1})).view({3200, 300, 1});
  EXPECT_LT(ops::encode_png(picture)[0].numel(), picture.numel() * 5 / 8);
}

}  // namespace
}  // namespace sconce
