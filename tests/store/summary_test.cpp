#include "store/summary.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace sconce::store {
namespace {

using nlohmann::ordered_json;

class SummaryTest : public testing::Test {
 protected:
  /// Takes over a row of one number under this key.
  void log(const char* key, std::int64_t value, std::int64_t step) {
    RowWriter row;
    row.begin();
    row.key(key);
    row.integer(value);
    row.finish(100.0 + static_cast<double>(step), 1.0, step);
    summary_.update(row, step);
  }
  void set(const char* key, const char* json) {
    RowWriter row;
    row.begin();
    row.key(key);
    row.json(ordered_json::parse(json));
    summary_.set(row);
  }
  ordered_json json() const { return ordered_json::parse(summary_.text(0)); }

  Summary summary_;
};

TEST_F(SummaryTest, HoldsTheLastValueOfEveryKey) {
  log("loss", 5, 0);
  log("best", 9, 1);
  log("loss", 3, 2);
  EXPECT_EQ(json()["loss"], 3);
  EXPECT_EQ(json()["best"], 9);
  EXPECT_EQ(json()["_step"], 2);
  EXPECT_EQ(json()["_timestamp"], 102.0);
}

TEST_F(SummaryTest, LetsNoLateRowReplaceWhatIsNewer) {
  log("loss", 5, 10);
  log("loss", 7, 3);
  log("late", 1, 3);
  EXPECT_EQ(json()["loss"], 5);
  EXPECT_EQ(json()["late"], 1) << "it fills a gap";
  EXPECT_EQ(json()["_step"], 10);
  log("late", 2, 2);
  EXPECT_EQ(json()["late"], 1);
  log("late", 3, 4);
  EXPECT_EQ(json()["late"], 3);
}

TEST_F(SummaryTest, TakesTheLaterOfTwoRowsOfOneStep) {
  log("loss", 5, 1);
  log("loss", 6, 1);
  EXPECT_EQ(json()["loss"], 6);
}

TEST_F(SummaryTest, TakesStepsBelowZero) {
  log("loss", 5, -7);
  EXPECT_EQ(json()["loss"], 5);
  log("loss", 6, -8);
  EXPECT_EQ(json()["loss"], 5);
}

TEST_F(SummaryTest, KeepsWhatWasSetByHand) {
  log("acc", 1, 0);
  set("acc", "0.99");
  log("acc", 2, 5);
  EXPECT_EQ(json()["acc"], 0.99);
  set("acc", R"({"_type":"image-file"})");
  EXPECT_EQ(json()["acc"]["_type"], "image-file");
  set("new", "null");
  log("new", 2, 6);
  EXPECT_TRUE(json()["new"].is_null());
}

TEST_F(SummaryTest, ReplacesAnObjectWhole) {
  RowWriter row;
  for (const char* value : {R"({"caption":"a","path":"p"})", R"({"path":"q"})"}) {
    row.begin();
    row.key("img");
    row.json(ordered_json::parse(value));
    row.finish(0, 0, 0);
    summary_.update(row, 0);
  }
  EXPECT_EQ(json()["img"], (ordered_json{{"path", "q"}}));
}

TEST_F(SummaryTest, EndsWithTheRuntime) {
  EXPECT_EQ(summary_.text(0), R"({"_wandb":{"runtime":0}})");
  set("say \"x\"", "1");
  EXPECT_EQ(summary_.text(3725), R"({"say \"x\"":1,"_wandb":{"runtime":3725}})");
}

TEST_F(SummaryTest, KnowsWhetherItChanged) {
  EXPECT_TRUE(summary_.changed()) << "nothing was written yet";
  summary_.mark_written();
  EXPECT_FALSE(summary_.changed());
  log("loss", 1, 5);
  EXPECT_TRUE(summary_.changed());
  summary_.mark_written();
  log("loss", 2, 4);
  EXPECT_FALSE(summary_.changed()) << "a late row without a new key";
  set("loss", "1");
  EXPECT_TRUE(summary_.changed());
}

}  // namespace
}  // namespace sconce::store
