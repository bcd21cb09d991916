#include <c10/util/Exception.h>
#include <gtest/gtest.h>

#include <limits>
#include <string>

#include "sconce/sconce.h"
#include "support/run_reader.h"

namespace sconce {
namespace {

using nlohmann::ordered_json;

class Steps : public testing::Test {
 protected:
  RunOptions options() const { return RunOptions("test").dir(folder_.path()); }

  static std::vector<std::int64_t> steps_of(const sconce::Run& run) {
    std::vector<std::int64_t> steps;
    for (const ordered_json& row : test::read_rows(run.dir())) {
      steps.push_back(row.at("_step").get<std::int64_t>());
    }
    return steps;
  }

  test::TemporaryFolder folder_;
};

TEST_F(Steps, CountFromZeroWithoutBeingStated) {
  sconce::Run run(options());
  run.log("a", 1);
  run.log("a", 2);
  run.log({{"a", 3}, {"b", 4}});
  run.finish();
  EXPECT_EQ(steps_of(run), (std::vector<std::int64_t>{0, 1, 2}));
}

TEST_F(Steps, AStatedStepStaysOpenForMoreCells) {
  sconce::Run run(options());
  run.log("a", 1, 5);
  run.log({{"b", 2}, {"c", 3}}, 5);
  EXPECT_TRUE(test::read_rows(run.dir()).empty());
  run.log("a", 4, 6);
  run.finish();
  const auto rows = test::read_rows(run.dir());
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(test::user_keys(rows[0]), (std::vector<std::string>{"a", "b", "c"}));
  EXPECT_EQ(rows[0].at("_step"), 5);
  EXPECT_EQ(rows[1].at("a"), 4);
}

TEST_F(Steps, FlushClosesTheOpenRow) {
  sconce::Run run(options());
  run.log("a", 1, 5);
  run.flush();
  ASSERT_EQ(test::read_rows(run.dir()).size(), 1U);
  run.log("b", 2, 5);
  run.finish();
  EXPECT_EQ(steps_of(run), (std::vector<std::int64_t>{5, 5}));
}

TEST_F(Steps, ALaterValueOfOneKeyAndStepWins) {
  sconce::Run run(options());
  run.log({{"a", 1}, {"b", 1}}, 3);
  run.log("a", 2, 3);
  run.finish();
  const auto rows = test::read_rows(run.dir());
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(test::user_keys(rows[0]), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(rows[0].at("a"), 2);
}

TEST_F(Steps, TheNextStepFollowsTheStatedOne) {
  sconce::Run run(options());
  run.log("a", 1, 10);
  run.log("b", 2);
  run.finish();
  EXPECT_EQ(steps_of(run), (std::vector<std::int64_t>{10, 11}));
}

TEST_F(Steps, LateRowsAreKeptAsLinesOfTheirOwn) {
  sconce::Run run(options());
  run.log("a", 1, 10);
  run.log("a", 2, 3);
  run.log("b", 3, 3);
  run.log("a", 4, 10);
  run.finish();
  const auto rows = test::read_rows(run.dir());
  ASSERT_EQ(rows.size(), 3U);
  EXPECT_EQ(rows[0].at("_step"), 3);
  EXPECT_EQ(rows[0].at("a"), 2);
  EXPECT_EQ(rows[1].at("_step"), 3);
  EXPECT_EQ(rows[1].at("b"), 3);
  EXPECT_EQ(rows[2].at("_step"), 10);
  EXPECT_EQ(rows[2].at("a"), 4);
}

TEST_F(Steps, LateRowsDoNotReplaceNewerValuesInTheSummary) {
  sconce::Run run(options());
  run.log("a", 1, 10);
  run.log({{"a", 2}, {"b", 3}}, 4);
  run.finish();
  const ordered_json summary = test::read_summary(run.dir());
  EXPECT_EQ(summary.at("a"), 1);
  EXPECT_EQ(summary.at("b"), 3);
  EXPECT_EQ(summary.at("_step"), 10);
}

TEST_F(Steps, LateRowsThrowOnRequestAndLeaveNothing) {
  sconce::Run run(options().late_rows(LateRows::Throw));
  run.log("a", 1, 10);
  EXPECT_THROW(run.log("a", 2, 9), c10::ValueError);
  run.log("b", 3, 10);
  run.finish();
  EXPECT_EQ(steps_of(run), (std::vector<std::int64_t>{10}));
}

TEST_F(Steps, AreRefusedBelowZeroAndAtTheEnd) {
  sconce::Run run(options());
  EXPECT_THROW(run.log("a", 1, -1), c10::ValueError);
  EXPECT_THROW(run.log("a", 1, std::numeric_limits<std::int64_t>::max()), c10::ValueError);
  run.log("a", 1, std::numeric_limits<std::int64_t>::max() - 1);
  run.finish();
  EXPECT_EQ(steps_of(run).size(), 1U);
}

TEST_F(Steps, AnOpenRowThatIsTooLargeToWaitGoesOutInPieces) {
  sconce::Run run(options().max_pending_bytes(100'000).late_rows(LateRows::Throw));
  for (int i = 0; i < 20; ++i) {
    run.log("text" + std::to_string(i), std::string(10'000, 'x'), 7);
  }
  run.log("next", 1, 8);
  run.finish();
  const auto rows = test::read_rows(run.dir());
  EXPECT_GT(rows.size(), 2U);
  std::size_t cells = 0;
  for (std::size_t i = 0; i + 1 < rows.size(); ++i) {
    EXPECT_EQ(rows[i].at("_step"), 7);
    cells += test::user_keys(rows[i]).size();
  }
  EXPECT_EQ(cells, 20U);
  EXPECT_EQ(rows.back().at("_step"), 8);
}

TEST_F(Steps, AValueThatIsReplacedMakesRoomForTheNext) {
  sconce::Run run(options().max_pending_bytes(100'000));
  for (int i = 0; i < 1000; ++i) {
    run.log("text", std::string(10'000, 'x'), 7);
  }
  run.finish();
  EXPECT_EQ(steps_of(run), (std::vector<std::int64_t>{7}));
}

TEST_F(Steps, AnEmptyRowIsAStepToo) {
  sconce::Run run(options());
  run.log(Row{});
  run.log("a", 1);
  run.finish();
  const auto rows = test::read_rows(run.dir());
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_TRUE(test::user_keys(rows[0]).empty());
  EXPECT_EQ(rows[1].at("_step"), 1);
}

}  // namespace
}  // namespace sconce
