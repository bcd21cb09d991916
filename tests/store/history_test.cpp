#include "store/history.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>

namespace sconce::store {
namespace {

class RowWriterTest : public testing::Test {
 protected:
  RowWriterTest() { row_.begin(); }
  std::string_view finished() {
    row_.finish(1700000000.25, 1.5, 3);
    return row_.line();
  }
  std::string value_of(std::string_view key) const {
    for (const RowWriter::Cell& cell : row_.cells()) {
      if (cell.key == key) {
        return std::string(row_.value(cell));
      }
    }
    return "no such cell";
  }

  RowWriter row_;
};

const std::string kEnd = R"("_timestamp":1700000000.25,"_runtime":1.5,"_step":3})"
                         "\n";

TEST_F(RowWriterTest, WritesKeysInOrderAndItsOwnLast) {
  row_.key("z");
  row_.integer(-1);
  row_.key("a");
  row_.number(0.5);
  EXPECT_EQ(finished(), R"({"z":-1,"a":0.5,)" + kEnd);
}

TEST_F(RowWriterTest, WritesARowWithoutCells) { EXPECT_EQ(finished(), "{" + kEnd); }

TEST_F(RowWriterTest, WritesEveryKindOfValue) {
  row_.key("b");
  row_.boolean(true);
  row_.key("u");
  row_.unsigned_integer(std::numeric_limits<std::uint64_t>::max());
  row_.key("nan");
  row_.number(std::nan(""));
  row_.key("t \"q\"");
  row_.text("a\nb");
  row_.key("j");
  row_.json(nlohmann::ordered_json::parse(R"([1,{"x":2}])"));
  row_.key("f");
  row_.boolean(false);
  EXPECT_EQ(
      finished(),
      R"({"b":true,"u":18446744073709551615,"nan":"NaN","t \"q\"":"a\nb","j":[1,{"x":2}],"f":false,)" + kEnd);
  EXPECT_EQ(value_of("j"), R"([1,{"x":2}])");
  EXPECT_EQ(value_of("t \"q\""), R"("a\nb")");
  EXPECT_EQ(value_of("f"), "false");
  EXPECT_EQ(value_of("_step"), "3");
  EXPECT_EQ(value_of("_timestamp"), "1700000000.25");
}

TEST_F(RowWriterTest, NestsObjects) {
  row_.key("outer");
  row_.begin_object();
  row_.key("empty");
  row_.begin_object();
  row_.end_object();
  row_.key("inner");
  row_.begin_object();
  row_.key("x");
  row_.integer(1);
  row_.key("y");
  row_.integer(2);
  row_.end_object();
  row_.end_object();
  row_.key("next");
  row_.integer(3);
  EXPECT_EQ(finished(), R"({"outer":{"empty":{},"inner":{"x":1,"y":2}},"next":3,)" + kEnd);
  EXPECT_EQ(value_of("outer"), R"({"empty":{},"inner":{"x":1,"y":2}})");
  EXPECT_EQ(row_.cells().size(), 5U) << "inner keys are no cells";
}

TEST_F(RowWriterTest, DropsACellThatCouldNotBeHad) {
  const auto first = row_.mark();
  row_.key("first");
  row_.back_to(first);
  row_.key("kept");
  row_.integer(1);
  const auto mark = row_.mark();
  row_.key("dropped");
  row_.text("half of it");
  row_.back_to(mark);
  row_.key("dropped too");
  row_.back_to(mark);
  row_.key("last");
  row_.integer(2);
  EXPECT_EQ(finished(), R"({"kept":1,"last":2,)" + kEnd);
  EXPECT_EQ(row_.cells().size(), 5U);
  EXPECT_EQ(value_of("last"), "2");
}

TEST_F(RowWriterTest, DropsACellInsideAnObject) {
  row_.key("outer");
  row_.begin_object();
  const auto first = row_.mark();
  row_.key("x");
  row_.back_to(first);
  row_.key("y");
  row_.integer(1);
  const auto mark = row_.mark();
  row_.key("deep");
  row_.begin_object();
  row_.key("z");
  row_.back_to(mark);
  row_.end_object();
  row_.key("next");
  row_.integer(2);
  EXPECT_EQ(finished(), R"({"outer":{"y":1},"next":2,)" + kEnd);
  EXPECT_EQ(value_of("outer"), R"({"y":1})");
}

TEST_F(RowWriterTest, DropsAnObjectWithAllThatIsInIt) {
  row_.key("kept");
  row_.integer(1);
  const auto mark = row_.mark();
  row_.key("outer");
  row_.begin_object();
  row_.key("deep");
  row_.begin_object();
  row_.back_to(mark);
  EXPECT_EQ(finished(), R"({"kept":1,)" + kEnd);
  EXPECT_EQ(row_.cells().size(), 4U);
}

TEST_F(RowWriterTest, KeepsTheTimesOfTheUser) {
  row_.key("_timestamp");
  row_.number(5.0);
  row_.key("_runtime");
  row_.integer(7);
  EXPECT_EQ(finished(), R"({"_timestamp":5.0,"_runtime":7,"_step":3})"
                        "\n");
}

TEST_F(RowWriterTest, TakesTimesInsideAnObjectForCells) {
  row_.key("o");
  row_.begin_object();
  row_.key("_timestamp");
  row_.number(5.0);
  row_.end_object();
  EXPECT_EQ(finished(), R"({"o":{"_timestamp":5.0},)" + kEnd);
}

TEST_F(RowWriterTest, StartsAnew) {
  row_.key("old");
  row_.begin_object();
  row_.begin();
  row_.key("new");
  row_.integer(1);
  EXPECT_EQ(finished(), R"({"new":1,)" + kEnd);
}

}  // namespace
}  // namespace sconce::store
