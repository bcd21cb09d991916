#include <c10/util/Exception.h>
#include <gtest/gtest.h>

#include <ATen/ATen.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "sconce/sconce.h"
#include "support/run_reader.h"
#include "support/wandb_log.h"

namespace sconce {
namespace {

namespace fs = std::filesystem;

class Resume : public testing::Test {
 protected:
  RunOptions options() const { return RunOptions("digits").dir(folder_.path()); }
  RunOptions resumed() const { return options().resume(dir_); }

  /// A finished run of three rows.
  void begin() {
    sconce::Run run(options().name("first").config({{"lr", 0.1}, {"opt", Row{{"name", "adam"}}}}));
    dir_ = run.dir();
    id_ = run.id();
    for (int i = 0; i < 3; ++i) {
      run.log({{"loss", 1.0 / (i + 1)}, {"epoch", i}});
    }
    run.summarize("best", 7);
    run.finish();
  }
  fs::path log() const { return dir_ / ("run-" + id_ + ".wandb"); }
  std::string history() const { return test::read_text(dir_ / "wandb-history.jsonl"); }
  void cut(const fs::path& file, int bytes) const { fs::resize_file(file, fs::file_size(file) - bytes); }

  /// The log has the history's rows once each, and one end.
  void expect_whole() const {
    const auto rows = test::read_rows(dir_);
    const auto records = test::read_run_log(dir_);
    EXPECT_EQ(test::logged_rows(records), rows);
    int ends = 0;
    for (std::size_t i = 0; i < records.size(); ++i) {
      EXPECT_EQ(records[i].number, static_cast<std::int64_t>(i) + 1);
      ends += records[i].kind == 18 ? 1 : 0;
    }
    EXPECT_EQ(ends, 1);
  }

  static std::vector<int> steps_of(const std::vector<nlohmann::ordered_json>& rows) {
    std::vector<int> steps;
    for (const auto& row : rows) {
      steps.push_back(row["_step"]);
    }
    return steps;
  }
  std::vector<int> history_steps() const { return steps_of(test::read_rows(dir_)); }
  std::vector<int> logged_steps() const { return steps_of(test::logged_rows(test::read_run_log(dir_))); }
  /// As a kill before the run's end leaves the log: without late rows and exit.
  void cut_end() const {
    const auto records = test::read_run_log(dir_);
    std::size_t end = records.size();
    for (std::size_t i = records.size(); i-- > 0;) {
      const bool is_row = records[i].kind == 2;
      if (is_row && test::items_of(records[i].message).contains("_late_step")) {
        end = records[i].begin;
      }
    }
    fs::resize_file(log(), end);
  }

  test::TemporaryFolder folder_;
  fs::path dir_;
  std::string id_;
};

TEST_F(Resume, GoesOnInTheSameDirectory) {
  begin();
  {
    sconce::Run run(resumed());
    EXPECT_TRUE(run.resumed());
    EXPECT_EQ(run.dir(), dir_);
    EXPECT_EQ(run.id(), id_);
    EXPECT_EQ(run.step(), 3);
    run.log("loss", 0.125);
  }
  const auto rows = test::read_rows(dir_);
  ASSERT_EQ(rows.size(), 4U);
  EXPECT_EQ(rows[3]["_step"], 3);
  EXPECT_GE(rows[3]["_runtime"].get<double>(), rows[2]["_runtime"].get<double>());
  expect_whole();
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_.path()), {}), 2) << "the run and latest-run";
}

TEST_F(Resume, FindsARunByItsIdAndByALink) {
  begin();
  EXPECT_EQ(sconce::Run(options().resume(id_)).dir(), dir_);
  EXPECT_EQ(sconce::Run(options().resume(folder_.path() / "latest-run")).dir(), dir_);
  expect_whole();
}

TEST_F(Resume, OfNoRunIsRefused) {
  EXPECT_THROW(sconce::Run(options().resume("abcd1234")), c10::ValueError);
  EXPECT_THROW(sconce::Run(options().resume(folder_.path())), c10::ValueError) << "a folder, but no run";
  begin();
  EXPECT_THROW(sconce::Run(options().id("other").resume(id_)), c10::ValueError);
}

TEST_F(Resume, BeginsTheRunThatIsNotThereIfItsIdIsGiven) {
  for (const bool is_second : {false, true}) {
    sconce::Run run(options().id("job-7").resume("job-7"));
    EXPECT_EQ(run.id(), "job-7");
    EXPECT_EQ(run.resumed(), is_second);
    run.log("loss", 1);
    dir_ = run.dir();
  }
  EXPECT_EQ(test::read_rows(dir_).size(), 2U);
}

TEST_F(Resume, KeepsSummaryAndConfigThoughTheClientWroteItsOwn) {
  begin();
  std::ofstream(dir_ / "files/config.yaml") << "lr:\n    value: 0.1\n";
  std::ofstream(dir_ / "files/wandb-summary.json") << "{\"best\": NaN}";
  {
    sconce::Run run(resumed().config({{"lr", 0.5}, {"new", 1}}));
    run.log("other", 1);
  }
  const auto summary = test::read_summary(dir_);
  EXPECT_EQ(summary["best"], 7);
  EXPECT_DOUBLE_EQ(summary["loss"].get<double>(), 1.0 / 3);
  EXPECT_EQ(summary["other"], 1);
  const auto config = test::read_config(dir_);
  EXPECT_EQ(config["lr"], 0.5);
  EXPECT_EQ(config["new"], 1);
  EXPECT_EQ(config["opt"]["name"], "adam");
  EXPECT_EQ(nlohmann::json::parse(test::read_text(dir_ / "files/wandb-metadata.json"))["name"], "first");
}

TEST_F(Resume, WarnsOfNamesThatTheRunKeeps) {
  begin();
  testing::internal::CaptureStderr();
  sconce::Run(resumed().name("second"));
  EXPECT_NE(testing::internal::GetCapturedStderr().find("RunOptions().name"), std::string::npos);
}

TEST_F(Resume, CutsATornTail) {
  for (const int bytes : {1, 5, 30}) {
    SCOPED_TRACE(bytes);
    begin();
    cut(log(), bytes);  // of the footer, the final record and the exit
    cut(dir_ / "wandb-history.jsonl", bytes);
    { sconce::Run(resumed()).log("loss", 9); }
    const auto rows = test::read_rows(dir_);
    ASSERT_EQ(rows.size(), bytes == 1 ? 4U : 3U) << "a line without its newline is whole";
    EXPECT_EQ(rows.back()["loss"], 9);
    EXPECT_EQ(rows.back()["_step"], 3) << "the log has a row of step 2";
  }
}

TEST_F(Resume, RebuildsALogThatWasCutFarBack) {
  begin();
  { sconce::Run(resumed()).log("picture", Image(at::zeros({3, 4, 4}))); }
  fs::resize_file(log(), 400);
  { sconce::Run(resumed()).log("loss", 5.0); }
  expect_whole();
  EXPECT_EQ(test::read_rows(dir_).size(), 5U);
  const auto files = test::logged_files(test::read_run_log(dir_));
  for (const std::string& media : test::media_files(dir_)) {
    EXPECT_EQ(std::count(files.begin(), files.end(), media), 1) << media;
  }
}

TEST_F(Resume, BeginsAnotherLogIfTheLastOneWasUploaded) {
  begin();
  std::ofstream(fs::path(log()) += ".synced");
  { sconce::Run(resumed()).log("loss", 9); }
  EXPECT_TRUE(fs::exists(fs::path(log()) += ".1"));
  EXPECT_TRUE(fs::exists(fs::path(log()) += ".1.synced"));
  EXPECT_FALSE(fs::exists(fs::path(log()) += ".synced"));
  const auto records = test::read_run_log(dir_);
  const auto rows = test::logged_rows(records);
  ASSERT_EQ(rows.size(), 1U) << "the others are at the server";
  EXPECT_EQ(rows[0]["_step"], 3);
  EXPECT_EQ(records[1].kind, 17U) << "the run";
  nlohmann::ordered_json summary = nlohmann::ordered_json::object();
  for (const auto& record : records) {
    if (record.kind == 3) {
      summary.update(test::items_of(record.message));
    }
  }
  EXPECT_EQ(summary["best"], 7) << "the whole summary";
  EXPECT_EQ(summary["epoch"], 2);
}

TEST_F(Resume, LateRowsOfAFinishedRunComeLastAgain) {
  begin();
  {
    sconce::Run run(resumed());
    run.log("loss", 0.5, 1);  // late
    run.log("loss", 0.4);
  }
  EXPECT_EQ(logged_steps(), (std::vector<int>{0, 1, 2, 3, 4}));
  {
    sconce::Run run(resumed());
    EXPECT_EQ(run.step(), 4);
    run.log("loss", 0.3);
    run.log("loss", 0.2, 0);  // late
  }
  EXPECT_EQ(history_steps(), (std::vector<int>{0, 1, 2, 1, 3, 4, 0}));
  EXPECT_EQ(logged_steps(), (std::vector<int>{0, 1, 2, 3, 4, 5, 6}));
  const auto rows = test::logged_rows(test::read_run_log(dir_));
  EXPECT_EQ(rows[5]["_late_step"], 1);
  EXPECT_EQ(rows[5]["loss"], 0.5);
  EXPECT_EQ(rows[6]["_late_step"], 0);
  EXPECT_FALSE(rows[4].contains("_late_step"));
}

TEST_F(Resume, LateRowsThatWereUploadedAreNotUploadedAgain) {
  begin();
  { sconce::Run(resumed()).log("loss", 0.5, 1); }
  EXPECT_EQ(logged_steps(), (std::vector<int>{0, 1, 2, 3}));
  std::ofstream(fs::path(log()) += ".synced");
  {
    sconce::Run run(resumed());
    EXPECT_EQ(run.step(), 4) << "the server has a row of step 3";
    run.log("loss", 0.4);
    run.log("loss", 0.3, 2);  // late
  }
  EXPECT_EQ(logged_steps(), (std::vector<int>{4, 5}));
  { sconce::Run(resumed()).log("loss", 0.2); }
  EXPECT_EQ(logged_steps(), (std::vector<int>{4, 5, 6}));
  EXPECT_EQ(test::logged_rows(test::read_run_log(dir_))[2]["_late_step"], 2);
}

TEST_F(Resume, LateRowsOfAKilledRunThatWasUploadedAreLogged) {
  begin();
  { sconce::Run(resumed()).log("loss", 0.5, 1); }
  cut_end();
  std::ofstream(fs::path(log()) += ".synced");
  { sconce::Run(resumed()).log("loss", 0.4); }
  EXPECT_EQ(logged_steps(), (std::vector<int>{3, 4}));
  const auto rows = test::logged_rows(test::read_run_log(dir_));
  EXPECT_EQ(rows[0]["_late_step"], 1);
  EXPECT_EQ(rows[1]["loss"], 0.4);
}

TEST_F(Resume, OfARunThatGoesOnIsRefused) {
  sconce::Run run(options());
  EXPECT_THROW(sconce::Run(options().resume(run.id())), fs::filesystem_error);
  run.finish();
  EXPECT_EQ(sconce::Run(options().resume(run.id())).dir(), run.dir());
}

TEST_F(Resume, KeepsStatisticsOfMetrics) {
  {
    sconce::Run run(options());
    dir_ = run.dir();
    id_ = run.id();
    run.define_metric("val/*", MetricOptions().summary({MetricSummary::Min, MetricSummary::Mean}));
    run.log("val/loss", 1.0);
    run.log("val/loss", 3.0);
  }
  { sconce::Run(resumed()).log("val/loss", 5.0); }
  EXPECT_EQ(test::read_summary(dir_)["val/loss"], (nlohmann::ordered_json{{"min", 1.0}, {"mean", 3.0}}));
}

TEST_F(Resume, KeepsTheLastValueOfAStepMetric) {
  {
    sconce::Run run(options());
    dir_ = run.dir();
    run.define_metric("val/*", MetricOptions().step_metric("epoch"));
    run.log("epoch", 4);
  }
  { sconce::Run(resumed()).log("val/loss", 1); }
  EXPECT_EQ(test::read_rows(dir_)[1]["epoch"], 4);
}

TEST_F(Resume, AddsToSystemMetricsAndOutput) {
  const auto lines = [&](const char* file) {
    const std::string text = test::read_text(dir_ / file);
    return std::count(text.begin(), text.end(), '\n');
  };
  begin();
  const auto before = lines("wandb-events.jsonl");
  {
    sconce::Run run(resumed().capture_console(true));
    std::puts("a line");
    run.finish();
  }
  EXPECT_GT(lines("wandb-events.jsonl"), before);
  EXPECT_NE(test::read_text(dir_ / "files/output.log").find("a line\n"), std::string::npos);
  expect_whole();
}

TEST_F(Resume, KeepsClassNames) {
  const auto scene = [](const char* name) {
    return Image(at::zeros({3, 4, 4}),
                 ImageOptions().masks({{"m", Mask(at::zeros({4, 4}, at::kLong), Classes{"ground", name})}}));
  };
  {
    sconce::Run run(options());
    dir_ = run.dir();
    id_ = run.id();
    run.log("a", scene("disc"));
  }
  { sconce::Run(resumed()).log("b", scene("box")); }
  const auto names = test::read_config(dir_)["_wandb"]["mask/class_labels"];
  EXPECT_EQ(names["a_wandb_delimeter_m"]["value"]["1"], "disc");
  EXPECT_EQ(names["b_wandb_delimeter_m"]["value"]["1"], "box");
}

}  // namespace
}  // namespace sconce
