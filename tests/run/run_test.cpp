#include "sconce/run.h"

#include <ATen/ATen.h>
#include <c10/util/Exception.h>
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <regex>
#include <stdexcept>

#include "sconce/histogram.h"
#include "sconce/image.h"
#include "support/run_reader.h"
#include "support/wandb_log.h"

namespace sconce {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

class RunTest : public testing::Test {
 protected:
  RunOptions options() const { return RunOptions("test").dir(folder_.path() / "wandb"); }
  static ordered_json metadata_of(const fs::path& dir) {
    return ordered_json::parse(test::read_text(dir / "files/wandb-metadata.json"));
  }
  test::TemporaryFolder folder_;
};

TEST_F(RunTest, MakesADirectoryThatWandbCanName) {
  const sconce::Run run(options());
  EXPECT_TRUE(
      std::regex_match(run.dir().filename().string(), std::regex("offline-run-[0-9]{8}_[0-9]{6}-[a-z0-9]{8}")));
  EXPECT_EQ(run.dir().filename().string().substr(28), run.id());
  EXPECT_TRUE(run.dir().is_absolute());
  EXPECT_EQ(fs::read_symlink(folder_.path() / "wandb/latest-run"), run.dir().filename());
}

TEST_F(RunTest, HoldsOnlyWhatItSaysAfterFinish) {
  sconce::Run run(options());
  run.log("a", 1);
  run.finish();
  std::vector<std::string> names;
  for (const auto& entry : fs::recursive_directory_iterator(run.dir())) {
    names.push_back(entry.path().lexically_relative(run.dir()).generic_string());
  }
  std::sort(names.begin(), names.end());
  EXPECT_EQ(names, (std::vector<std::string>{"files", "files/config.yaml", "files/wandb-metadata.json",
                                             "files/wandb-summary.json", "run-" + run.id() + ".wandb",
                                             "wandb-events.jsonl", "wandb-history.jsonl"}));
}

TEST_F(RunTest, TheLogSaysWhatTheHistorySays) {
  sconce::Run run(options().system_metrics(false));
  run.log({{"a", 1}, {"nested", Row{{"b", 0.5}, {"empty", Row{}}}}, {"nan", std::nan("")}});
  run.log("img", Image(at::zeros({4, 4}, at::kByte)));
  run.log({{"text", "x"}, {"h", Histogram(at::arange(4), 2)}});
  run.finish(7);
  const auto records = test::read_run_log(run.dir());
  EXPECT_EQ(test::logged_rows(records), test::read_rows(run.dir()));
  const std::string image = test::read_rows(run.dir())[1].at("img").at("path");
  EXPECT_EQ(test::logged_files(records), (std::vector<std::string>{"wandb-metadata.json", image}));
  std::vector<std::uint32_t> kinds;
  for (const auto& record : records) {
    kinds.push_back(record.kind);
  }
  constexpr std::uint32_t kHistory = 2, kSummary = 3, kFiles = 6, kRun = 17, kExit = 18, kFinal = 20, kHeader = 21,
                          kFooter = 22;
  EXPECT_EQ(kinds, (std::vector<std::uint32_t>{kHeader, kRun, kFiles, kHistory, kFiles, kHistory, kHistory,
                                               kSummary, kExit, kFinal, kFooter}));
}

TEST_F(RunTest, TheLogsSummariesAddUpToTheSummary) {
  sconce::Run run(options());
  run.log({{"a", 1}, {"b", 1}});
  run.flush();
  run.log("a", 2);
  run.summarize("best", std::nan(""));
  run.finish();
  ordered_json sum = ordered_json::object();
  int summaries = 0;
  for (const auto& record : test::read_run_log(run.dir())) {
    if (record.kind == 3) {
      sum.update(test::items_of(record.message));
      ++summaries;
    }
  }
  EXPECT_EQ(summaries, 2);
  EXPECT_EQ(nlohmann::json(sum), nlohmann::json(test::read_summary(run.dir())));
}

TEST_F(RunTest, LatestRunPointsAtTheNewest) {
  const sconce::Run first(options());
  const sconce::Run second(options());
  EXPECT_EQ(fs::read_symlink(folder_.path() / "wandb/latest-run"), second.dir().filename());
}

TEST_F(RunTest, SeveralRunsInOneProcessAreIndependent) {
  sconce::Run first(options());
  sconce::Run second(options());
  first.log("a", 1);
  second.log("b", 2);
  first.finish();
  second.log("b", 3);
  second.finish();
  EXPECT_EQ(test::read_rows(first.dir()).size(), 1U);
  EXPECT_EQ(test::read_rows(second.dir()).size(), 2U);
}

TEST_F(RunTest, FlushPutsRowsAndSummaryOnDisk) {
  sconce::Run run(options());
  run.log("a", 1);
  run.log("a", 2, 7);
  run.flush();
  EXPECT_EQ(test::read_rows(run.dir()).size(), 2U);
  EXPECT_EQ(test::read_summary(run.dir()).at("a"), 2);
}

TEST_F(RunTest, SummarizeReplacesTheLastValueForGood) {
  sconce::Run run(options());
  run.log("accuracy", 0.5);
  run.summarize("accuracy", 0.9);
  run.summarize("note", "best");
  run.log("accuracy", 0.4);
  run.finish();
  const ordered_json summary = test::read_summary(run.dir());
  EXPECT_EQ(summary.at("accuracy"), 0.9);
  EXPECT_EQ(summary.at("note"), "best");
  EXPECT_EQ(summary.at("_step"), 1);
  EXPECT_TRUE(summary.at("_wandb").at("runtime").is_number_integer());
  EXPECT_EQ(test::read_rows(run.dir()).size(), 2U);
}

TEST_F(RunTest, ConfigIsReadableAndNested) {
  sconce::Run run(options().config({{"lr", 1e-7}, {"batch", 64}, {"opt", "adam"}, {"aug", Row{{"flip", true}}}}));
  const ordered_json config = test::read_config(run.dir());
  EXPECT_EQ(config.at("lr"), 1e-7);
  EXPECT_EQ(config.at("batch"), 64);
  EXPECT_EQ(config.at("opt"), "adam");
  EXPECT_EQ(config.at("aug").at("flip"), true);
  EXPECT_TRUE(config.contains("_wandb"));
}

TEST_F(RunTest, MetadataTellsHowItEnded) {
  sconce::Run run(options());
  EXPECT_EQ(metadata_of(run.dir()).at("state"), "running");
  run.finish(3);
  EXPECT_EQ(metadata_of(run.dir()).at("state"), "failed");
  EXPECT_EQ(metadata_of(run.dir()).at("exitcode"), 3);
}

TEST_F(RunTest, TheDestructorDrainsAndSeals) {
  fs::path dir;
  {
    sconce::Run run(options());
    dir = run.dir();
    run.log("a", 1, 4);
  }
  EXPECT_EQ(test::read_rows(dir).size(), 1U);
  EXPECT_EQ(metadata_of(dir).at("exitcode"), 0);
}

TEST_F(RunTest, AnExceptionThatUnwindsTheRunIsExitCodeOne) {
  fs::path dir;
  try {
    sconce::Run run(options());
    dir = run.dir();
    run.log("a", 1);
    throw std::runtime_error("training failed");
  } catch (const std::runtime_error&) {
  }
  EXPECT_EQ(metadata_of(dir).at("exitcode"), 1);
  EXPECT_EQ(test::read_rows(dir).size(), 1U);
}

TEST_F(RunTest, FinishTwiceIsFinishOnce) {
  sconce::Run run(options());
  run.finish(2);
  run.finish(0);
  EXPECT_EQ(metadata_of(run.dir()).at("exitcode"), 2);
}

TEST_F(RunTest, MovesAndEndsTheRunItReplaces) {
  sconce::Run run(options());
  const fs::path first = run.dir();
  run.log("a", 1);
  run = sconce::Run(options());
  EXPECT_EQ(metadata_of(first).at("state"), "finished");
  EXPECT_NE(run.dir(), first);
  sconce::Run moved(std::move(run));
  moved.log("b", 2);
  moved.finish();
  EXPECT_EQ(test::read_rows(moved.dir()).size(), 1U);
}

TEST_F(RunTest, LoggingAfterFinishIsAnError) {
  sconce::Run run(options());
  Logger logger = run.logger();
  run.finish();
  EXPECT_THROW(logger.log("a", 1), c10::ValueError);
  EXPECT_THROW(run.log({{"a", 1}}, 9), c10::ValueError);
  EXPECT_THROW(run.summarize("a", 1), c10::ValueError);
  EXPECT_TRUE(test::read_rows(run.dir()).empty());
}

TEST_F(RunTest, ADirectoryThatCannotBeMadeIsAFilesystemError) {
  std::ofstream(folder_.path() / "file") << "in the way";
  EXPECT_THROW(sconce::Run(RunOptions().dir(folder_.path() / "file/wandb")), fs::filesystem_error);
}

TEST_F(RunTest, TheSameIdInTheSameSecondIsRefused) {
  // The time is part of the name: one of three runs in a row shares its second with the one before.
  EXPECT_THROW(
      {
        const sconce::Run a(options().id("same"));
        const sconce::Run b(options().id("same"));
        const sconce::Run c(options().id("same"));
      },
      fs::filesystem_error);
}

}  // namespace
}  // namespace sconce
