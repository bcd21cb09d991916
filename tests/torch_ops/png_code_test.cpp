#include "torch_ops/png_code.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace sconce::ops {
namespace {

/// From the tables of RFC 1951, 3.2.5.
TEST(PngCode, HasTheSymbolsOfLengths) {
  const MatchLengths& lengths = match_lengths();
  const std::vector<std::array<std::int32_t, 4>> expected = {
      {3, 257, 0, 0},  {10, 264, 0, 0},   {11, 265, 0, 1},  {12, 265, 1, 1},   {18, 268, 1, 1}, {19, 269, 0, 2},
      {66, 276, 7, 3}, {130, 280, 15, 4}, {131, 281, 0, 5}, {257, 284, 30, 5}, {258, 285, 0, 0}};
  for (const auto& [length, symbol, extra, bits] : expected) {
    const auto i = static_cast<std::size_t>(length);
    EXPECT_EQ(lengths.symbol[i], symbol) << length;
    EXPECT_EQ(lengths.extra[i], extra) << length;
    EXPECT_EQ(lengths.extra_bits[i], bits) << length;
  }
}

TEST(PngCode, HasTheSymbolsOfDistances) {
  const std::vector<std::array<std::int64_t, 4>> expected = {
      {1, 0, 0, 0}, {4, 3, 0, 0},  {5, 4, 0, 1},  {6, 4, 1, 1},       {7, 5, 0, 1},
      {9, 6, 0, 2}, {12, 6, 3, 2}, {16, 7, 3, 2}, {24577, 29, 0, 13}, {32768, 29, 8191, 13}};
  for (const auto& [distance, symbol, extra, bits] : expected) {
    const DistanceCode code = distance_code(distance);
    EXPECT_EQ(static_cast<std::int64_t>(code.symbol), symbol) << distance;
    EXPECT_EQ(code.extra, extra) << distance;
    EXPECT_EQ(code.extra_bits, bits) << distance;
  }
}

TEST(PngCode, CountsTheBitsOfItsSymbols) {
  std::vector<std::int32_t> counts(kBlockSymbols + 2);
  counts[7] = 8;
  counts[265] = 8;
  counts[kBlockSymbols] = 8;
  const BandCode band = band_code(counts.data(), {1, 5}, true);
  EXPECT_EQ(band.lengths[7] + band.lengths[265], 3);
  EXPECT_EQ(band.distance_lengths[0], 1);
  EXPECT_EQ(band.data_bits, 8 * (3 + 1 + 1));  // both symbols, the length's extra bit, the distance
}

/// A code of more bits would not fit where four are put together.
TEST(PngCode, IsAsLongAsItMayBeForAnyCounts) {
  std::vector<std::int32_t> counts(kBlockSymbols + 1);
  std::int64_t weight = 1;
  for (std::size_t i = 0; i < kBlockSymbols; ++i, weight = weight * 3 / 2 + 1) {
    counts[i] = static_cast<std::int32_t>(std::min<std::int64_t>(weight, 3'000'000));
    if (weight > 3'000'000) weight = 1;
  }
  const BandCode band = band_code(counts.data(), {1}, false);
  double kraft = 0;
  for (std::size_t i = 0; i < kBlockSymbols; ++i) {
    ASSERT_GE(band.lengths[i], 1) << i;
    ASSERT_LE(band.lengths[i], kMaxCodeBits) << i;
    kraft += 1.0 / (1 << band.lengths[i]);
  }
  EXPECT_EQ(kraft, 1);
}

}  // namespace
}  // namespace sconce::ops
