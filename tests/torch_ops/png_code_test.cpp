#include "torch_ops/png_code.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace sconce::ops {
namespace {

TEST(PngCode, CountsTheBitsOfItsSymbols) {
  std::vector<std::int32_t> counts(png::kLengthSymbols + 2);
  counts[7] = 8;
  counts[265] = 8;
  counts[png::kLengthSymbols] = 8;
  const BandCode band = band_code(counts.data(), {1, 5}, true);
  EXPECT_EQ(band.lengths[7] + band.lengths[265], 3);
  EXPECT_EQ(band.distance_lengths[0], 1);
  EXPECT_EQ(band.data_bits, 8 * (3 + 1 + 1));  // both symbols, the length's extra bit, the distance
}

/// A code of more bits would not fit where four are put together.
TEST(PngCode, IsAsLongAsItMayBeForAnyCounts) {
  std::vector<std::int32_t> counts(png::kLengthSymbols + 1);
  std::int64_t weight = 1;
  for (std::size_t i = 0; i < png::kLengthSymbols; ++i, weight = weight * 3 / 2 + 1) {
    counts[i] = static_cast<std::int32_t>(std::min<std::int64_t>(weight, 3'000'000));
    if (weight > 3'000'000) weight = 1;
  }
  const BandCode band = band_code(counts.data(), {1}, false);
  double kraft = 0;
  for (std::size_t i = 0; i < png::kLengthSymbols; ++i) {
    ASSERT_GE(band.lengths[i], 1) << i;
    ASSERT_LE(band.lengths[i], kMaxCodeBits) << i;
    kraft += 1.0 / (1 << band.lengths[i]);
  }
  EXPECT_EQ(kraft, 1);
}

}  // namespace
}  // namespace sconce::ops
