#include "run/value_histories.h"

#include <gtest/gtest.h>

#include <cmath>

#include "terminal/run_report.h"

namespace sconce {
namespace {

constexpr std::size_t kMostKeys = terminal::RunReport::kMostKeys;

std::vector<Row::Cell> cells(const Row& row) { return row.cells(); }

TEST(ValueHistories, HoldTheNumbersOfRows) {
  ValueHistories histories;
  histories.add(cells({{"a", 1}, {"b", 2.5}}), false);
  histories.add(cells({{"a", 2}, {"b", std::nan("")}}), true);
  histories.add(cells({{"b", std::uint64_t{7}}}), false);
  EXPECT_EQ(histories.all().at("a").values(), (std::vector<double>{1, 2}));
  const std::vector<double>& b = histories.all().at("b").values();
  ASSERT_EQ(b.size(), 3U);
  EXPECT_EQ(b[0], 2.5);
  EXPECT_TRUE(std::isnan(b[1]));
  EXPECT_EQ(b[2], 7);
}

TEST(ValueHistories, LeaveOutTextSwitchesAndTheRunsOwnKeys) {
  ValueHistories histories;
  histories.add(cells({{"text", "x"}, {"flag", true}, {"_own", 1}, {"nested", Row{{"a", 1}}}}), false);
  EXPECT_TRUE(histories.all().empty());
  EXPECT_FALSE(histories.is_partial());
}

TEST(ValueHistories, CountRowsOfTheSameKeysAsTheyCountOthers) {
  ValueHistories counted;
  ValueHistories looked_up;
  for (int i = 0; i < 5000; ++i) {
    const bool is_other = i % 700 == 699;
    const bool was_other = i == 0 || (i - 1) % 700 == 699;
    const Row row = is_other ? Row{{"b", i}, {"c", i}} : Row{{"a", i}, {"b", i}};
    counted.add(row.cells(), !is_other && !was_other);
    looked_up.add(row.cells(), false);
  }
  ASSERT_EQ(counted.all().size(), 3U);
  for (const auto& [key, history] : counted.all()) {
    EXPECT_EQ(history.values(), looked_up.all().at(key).values()) << key;
  }
  EXPECT_EQ(counted.all().at("c").values().size(), 7U);
}

TEST(ValueHistories, KeepTheFirstKeysInTheirOrderWhateverCame) {
  ValueHistories histories;
  for (int i = 10'000; i-- > 0;) {
    const std::string key = std::to_string(100'000 + i);
    histories.add(cells({{key, i}, {"z" + key, i}}), false);
  }
  ASSERT_EQ(histories.all().size(), kMostKeys);
  EXPECT_TRUE(histories.is_partial());
  double expected = 0;
  for (const auto& [key, history] : histories.all()) {
    EXPECT_EQ(history.values(), std::vector<double>{expected++}) << key;
  }
}

TEST(ValueHistories, TakeARowOfManyKeys) {
  ValueHistories histories;
  Row row;
  for (int i = 1000; i-- > 0;) {
    row.set("k" + std::to_string(1000 + i), i);
  }
  histories.add(row.cells(), false);
  histories.add(row.cells(), true);
  EXPECT_EQ(histories.all().size(), kMostKeys);
  EXPECT_EQ(histories.all().begin()->second.values(), (std::vector<double>{0, 0}));
}

}  // namespace
}  // namespace sconce
