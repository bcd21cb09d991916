#include "run/number_rows.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <vector>

namespace sconce {
namespace {

Row every_type(std::int64_t i) {
  return {{"flag", i % 2 == 0},
          {"whole", -i},
          {"large", std::numeric_limits<std::uint64_t>::max() - static_cast<std::uint64_t>(i)},
          {"real", 0.1 * static_cast<double>(i)}};
}

TEST(AreNumbers, TakesAllTypesOfNumbersAndNothingElse) {
  EXPECT_TRUE(are_numbers(every_type(1).cells()));
  EXPECT_TRUE(are_numbers(Row{{"loss", at::tensor(1.5)}}.cells()));
  EXPECT_FALSE(are_numbers(Row{{"loss", 1}, {"text", "1"}}.cells()));
  EXPECT_FALSE(are_numbers(Row{{"nested", Row{{"loss", 1}}}}.cells()));
  EXPECT_FALSE(are_numbers({}));
}

TEST(AreAlike, WantsTheSameKeysAndTypesInTheSameOrder) {
  const Row row{{"a", 1}, {"b", 2.0}};
  EXPECT_TRUE(are_alike(row.cells(), Row{{"a", 3}, {"b", 4.0}}.cells()));
  EXPECT_FALSE(are_alike(row.cells(), Row{{"a", 3.0}, {"b", 4.0}}.cells()));
  EXPECT_FALSE(are_alike(row.cells(), Row{{"b", 4.0}, {"a", 3}}.cells()));
  EXPECT_FALSE(are_alike(row.cells(), Row{{"a", 3}, {"c", 4.0}}.cells()));
  EXPECT_FALSE(are_alike(row.cells(), Row{{"a", 3}}.cells()));
  EXPECT_FALSE(are_alike(row.cells(), Row{{"a", 3}, {"b", 4.0}, {"c", 5}}.cells()));
}

TEST(NumberRows, GiveBackWhatWasAdded) {
  NumberRows rows(every_type(0).cells());
  for (std::int64_t i = 0; i < 100; ++i) {
    rows.add({i, 0.5 * static_cast<double>(i), 2.0 * static_cast<double>(i)}, every_type(i).cells());
  }
  ASSERT_EQ(rows.size(), 100U);
  std::vector<Row::Cell> cells = rows.cells();
  for (std::int64_t i = 0; i < 100; ++i) {
    const auto row = static_cast<std::size_t>(i);
    EXPECT_EQ(rows.stamp(row).step, i);
    EXPECT_EQ(rows.stamp(row).timestamp, 0.5 * static_cast<double>(i));
    EXPECT_EQ(rows.stamp(row).runtime, 2.0 * static_cast<double>(i));
    rows.read(row, cells);
    const Row expected = every_type(i);
    ASSERT_EQ(cells.size(), expected.cells().size());
    for (std::size_t k = 0; k < cells.size(); ++k) {
      EXPECT_EQ(cells[k].first, expected.cells()[k].first);
      EXPECT_EQ(cells[k].second.storage().index(), expected.cells()[k].second.storage().index());
    }
    EXPECT_EQ(std::get<bool>(cells[0].second.storage()), i % 2 == 0);
    EXPECT_EQ(std::get<std::int64_t>(cells[1].second.storage()), -i);
    EXPECT_EQ(std::get<std::uint64_t>(cells[2].second.storage()),
              std::numeric_limits<std::uint64_t>::max() - static_cast<std::uint64_t>(i));
    EXPECT_EQ(std::get<double>(cells[3].second.storage()), 0.1 * static_cast<double>(i));
  }
}

TEST(NumberRows, TakeLittleMoreThanEightBytesANumber) {
  Row row;
  for (int k = 0; k < 100; ++k) {
    row.set("k" + std::to_string(k), k);
  }
  NumberRows rows(row.cells());
  std::int64_t count = 0;
  for (; !rows.is_full(); ++count) {
    rows.add({}, row.cells());
  }
  EXPECT_GT(count, 10);
  NumberRows more = rows.more();
  for (std::int64_t i = 0; i < count; ++i) {
    more.add({}, row.cells());
  }
  EXPECT_GE(more.bytes(), count * (100 * 8 + 24));
  EXPECT_LT(more.bytes(), count * (100 * 8 + 24) + 1000);
  EXPECT_GT(rows.bytes() - more.bytes(), 100 * 32) << "they have the keys";
}

TEST(NumberRows, AreFullBeforeTheirTextIsLong) {
  const auto rows_until_full = [](const Row& row) {
    NumberRows rows(row.cells());
    while (!rows.is_full()) {
      rows.add({}, row.cells());
    }
    return rows.size();
  };
  EXPECT_EQ(rows_until_full({{std::string(100'000, 'k'), 1}}), 1U);
  EXPECT_GT(rows_until_full({{"loss", 1}}), 100U);
}

}  // namespace
}  // namespace sconce
