#include "terminal/sparkline.h"

#include <gtest/gtest.h>

#include <limits>
#include <numeric>

namespace sconce::terminal {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

TEST(Sparkline, IsTheOneOfWandb) {
  EXPECT_EQ(sparkline({0.5, 1.2, 3.5, 7.3, 8.0, 12.5, 13.2, 15.0, 14.2, 11.8, 6.1, 1.9}, 40), "▁▁▂▄▅▇▇██▆▄▂");
  EXPECT_EQ(sparkline({1, 1, -2, 3, -5, 8, -13}, 40), "▆▆▅▆▄█▁");
}

TEST(Sparkline, SamplesWhatHasNoRoom) {
  std::vector<double> values(1000);
  std::iota(values.begin(), values.end(), 0);
  EXPECT_EQ(sparkline(values, 8), "▁▂▃▄▅▆▇█");
  EXPECT_EQ(sparkline(values, 1), "▁");
}

TEST(Sparkline, StaysOnTheGroundWhereNothingChanges) { EXPECT_EQ(sparkline({3, 3, 3}, 40), "▁▁▁"); }

TEST(Sparkline, HasGapsWhereThereIsNoNumber) {
  EXPECT_EQ(sparkline({0, kNaN, 1, kInfinity, -kInfinity, 0.5}, 40), "▁ █  ▅");
}

TEST(Sparkline, IsEmptyWithoutNumbers) {
  EXPECT_EQ(sparkline({}, 40), "");
  EXPECT_EQ(sparkline({kNaN, kInfinity}, 40), "");
}

TEST(Sparkline, TakesAllThatADoubleHolds) {
  constexpr double kMost = std::numeric_limits<double>::max();
  EXPECT_EQ(sparkline({-kMost, kMost, 0}, 40), "▁█▅");
}

}  // namespace
}  // namespace sconce::terminal
