#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <string>

#include "torch_ops/expect_png.h"

namespace sconce {
namespace {

using test::expect_encoded;
using test::noise;

class PngMatches : public testing::Test {
 protected:
  void SetUp() override { at::manual_seed(5); }
};

std::int64_t size_of(const at::Tensor& picture) { return ops::encode_png(picture)[0].numel(); }

/// Rows of noise in which the first n pixels behind the twentieth come again and again, n from `from` on.
at::Tensor repeating(std::int64_t period, std::int64_t channels, std::int64_t from, std::int64_t count) {
  const at::Tensor rows = noise({count, 1, 700, channels});
  const at::Tensor pattern = noise({1, period, channels}).repeat({1, 700 / period, 1});
  for (std::int64_t i = 0; i < count; ++i) {
    rows[i].narrow(1, 20, from + i).copy_(pattern.narrow(1, 0, from + i));
  }
  return rows;
}

TEST_F(PngMatches, KeepRunsOfAnyLength) {
  expect_encoded(repeating(1, 1, 1, 600), "grey");
  expect_encoded(repeating(1, 3, 80, 120), "RGB");
  expect_encoded(repeating(1, 4, 60, 80), "RGBA");
}

TEST_F(PngMatches, KeepPatternsOfSomePixels) {
  for (std::int64_t period = 2; period <= 5; ++period) {
    for (std::int64_t channels = 1; channels <= 4; ++channels) {
      expect_encoded(repeating(period, channels, 1, 100),
                     std::to_string(period) + " pixels of " + std::to_string(channels));
    }
  }
}

TEST_F(PngMatches, KeepRunsOf16Bits) {
  expect_encoded(at::full({70, 90, 1}, 4660, at::kInt), "one value");
  expect_encoded(at::arange(4, at::kInt).mul(3000).repeat(700).view({40, 70, 1}), "four values");
}

/// Runs are searched for in parts of 4096 bytes.
TEST_F(PngMatches, KeepRunsThatEndAnywhere) {
  const at::Tensor rows = at::zeros({60, 1, 9000, 1}, at::kByte);
  for (std::int64_t i = 0; i < 60; ++i) rows[i].select(1, i < 30 ? 4080 + i : 8170 + i).fill_(200);
  expect_encoded(rows, "a single one");
  const at::Tensor tall = at::zeros({8, 3000, 40, 1}, at::kByte);
  for (std::int64_t i = 0; i < 8; ++i) tall[i].view({-1}).slice(0, 1000 + i, c10::nullopt, 40 * 23 + i).fill_(200);
  expect_encoded(tall, "over rows and bands");
}

TEST_F(PngMatches, KeepConstantPictures) {
  for (const std::int64_t value : {0, 1, 255}) {
    for (const std::int64_t channels : {1, 2, 3, 4}) {
      expect_encoded(at::full({300, 257, channels}, value, at::kByte), std::to_string(value));
    }
  }
}

TEST_F(PngMatches, MakePlainPicturesSmall) {
  const at::Tensor plain = at::full({512, 512, 3}, 77, at::kByte);
  EXPECT_LT(size_of(plain), plain.numel() / 200);
  const at::Tensor mask = at::zeros({512, 512, 1}, at::kByte);
  for (std::int64_t i = 1; i <= 10; ++i) {
    mask.narrow(0, 40 * i, 90).narrow(1, 37 * i, 50 + 7 * i).fill_(i);
  }
  expect_encoded(mask, "mask");
  EXPECT_LT(size_of(mask), mask.numel() / 50);
  const at::Tensor stripes = noise({1, 4, 3}).repeat({512, 128, 1});
  EXPECT_LT(size_of(stripes), stripes.numel() / 100);
}

}  // namespace
}  // namespace sconce
