#include <c10/util/Exception.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>

#include "sconce/sconce.h"
#include "support/run_reader.h"
#include "support/trouble.h"
#include "support/wandb_log.h"

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

  static std::vector<std::int64_t> logged_steps(const sconce::Run& run) {
    std::vector<std::int64_t> steps;
    for (const ordered_json& row : test::logged_rows(test::read_run_log(run.dir()))) {
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

TEST_F(Steps, LateRowsGoBehindTheOthersInTheLog) {
  sconce::Run run(options());
  run.log("a", 1, 10);
  run.flush();  // an open row would stand behind the late one
  run.log({{"a", std::nan("")}, {"nested", Row{{"b", 2}}}}, 3);
  run.log("a", 3, 11);
  run.flush();
  EXPECT_EQ(logged_steps(run), (std::vector<std::int64_t>{10, 11})) << "what a killed run has";
  run.log("b", 4, 11);  // another line of that step
  run.log("a", 5);
  run.finish();
  const auto rows = test::logged_rows(test::read_run_log(run.dir()));
  ASSERT_EQ(rows.size(), 5U);
  ordered_json late = test::read_rows(run.dir())[1];
  late["_step"] = 13;
  late["_late_step"] = 3;
  EXPECT_EQ(nlohmann::json(rows[3]), nlohmann::json(late));
  EXPECT_EQ(rows[4].at("b"), 4);
  EXPECT_EQ(rows[4].at("_step"), 14);
  EXPECT_EQ(rows[4].at("_late_step"), 11);
}

TEST_F(Steps, OfManyLateRowsNoneIsMissingInTheLog) {
  constexpr int kRows = 5000;  // several writes
  sconce::Run run(options());
  run.log("last", 1, kRows);
  run.flush();
  for (int i = 0; i < kRows; ++i) {
    run.log("text", std::string(1000, 'x'), i);
  }
  run.finish();
  const auto rows = test::logged_rows(test::read_run_log(run.dir()));
  ASSERT_EQ(rows.size(), kRows + 1U);
  for (int i = 0; i < kRows; ++i) {
    ASSERT_EQ(rows[i + 1].at("_late_step"), i);
    ASSERT_EQ(rows[i + 1].at("_step"), kRows + 1 + i);
  }
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

TEST_F(Steps, AnOpenRowThatBecomesTooLongToBeUploadedIsKeptAndReported) {
  test::Trouble trouble;
  const std::string half(6 << 20, 'x');
  sconce::Run run(options().on_error(trouble.handler()));
  run.log("a", half, 7);
  run.log("b", half, 7);
  run.finish();
  EXPECT_EQ(steps_of(run), (std::vector<std::int64_t>{7}));
  EXPECT_EQ(trouble.count("the row at step 7 is 125"), 1U);
  EXPECT_EQ(trouble.count("the summary is 125"), 1U);
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
