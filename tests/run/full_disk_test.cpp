// A real file system that is full. disk_trouble_test.cpp has what can be shown without one, everywhere.

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <chrono>

#include "sconce/sconce.h"
#include "support/child.h"
#include "support/run_reader.h"
#include "support/small_disk.h"
#include "support/trouble.h"
#include "support/wandb_log.h"

namespace sconce {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

Image noise(std::int64_t side) { return Image(at::randint(256, {3, side, side}, at::kByte)); }

class FullDisk : public testing::Test {
 protected:
  void SetUp() override {
    if (!disk_.why_not().empty()) {
      GTEST_SKIP() << "wants a file system of its own: " << disk_.why_not();
    }
  }
  RunOptions options() { return RunOptions("test").dir(folder_.path() / "disk").on_error(trouble_.handler()); }
  static void expect_whole(const fs::path& run, std::size_t rows) {
    std::size_t n = 0;
    for (const ordered_json& row : test::read_rows(run)) {
      EXPECT_EQ(row.at("n"), n++);
      if (row.contains("img")) {
        EXPECT_EQ(fs::file_size(run / "files" / row.at("img").at("path")), row.at("img").at("size"));
      }
    }
    EXPECT_EQ(n, rows);
    EXPECT_EQ(test::logged_rows(test::read_run_log(run)), test::read_rows(run));
  }

  test::TemporaryFolder folder_;
  test::SmallDisk disk_{folder_.path() / "disk", "1m"};
  test::Trouble trouble_;
};

TEST_F(FullDisk, TrainingGoesOnAndAllIsWrittenWhenThereIsRoomAgain) {
  sconce::Run run(options());
  disk_.fill();
  for (int i = 0; i < 2000; ++i) {
    i % 100 == 50 ? run.log({{"n", i}, {"img", noise(40)}}) : run.log("n", i);
  }
  ASSERT_TRUE(trouble_.wait_for("No space left on device"));
  EXPECT_THROW(run.flush(), fs::filesystem_error);
  const std::string history = test::read_text(run.dir() / "wandb-history.jsonl");
  EXPECT_TRUE(history.empty() || history.back() == '\n') << "no part of a row";
  EXPECT_LT(test::read_rows(run.dir()).size(), 2000U);
  disk_.make_room();
  run.flush();
  expect_whole(run.dir(), 2000);
  run.log("n", 2000);
  run.finish();
  expect_whole(run.dir(), 2001);
  EXPECT_EQ(trouble_.count("lost"), 0U);
}

TEST_F(FullDisk, WhatDoesNotFitTheBoundIsNamedByKeyAndStep) {
  sconce::Run run(options().max_pending_bytes(150'000));
  disk_.fill();
  run.log("n", 0);
  run.log({{"n", 1}, {"img", noise(180)}});
  ASSERT_TRUE(trouble_.wait_for("No space left on device"));
  run.log("big", noise(180));
  disk_.make_room();
  try {
    run.finish();
    ADD_FAILURE() << "finish() did not say what was lost";
  } catch (const std::runtime_error& error) {
    EXPECT_NE(std::string(error.what()).find("'big' at step 2"), std::string::npos) << error.what();
  }
  expect_whole(run.dir(), 2);
}

TEST_F(FullDisk, FinishNamesWhatADiskThatStaysFullCosts) {
  sconce::Run run(options());
  run.log("n", 0);
  run.flush();
  disk_.fill();
  run.log({{"n", 1}, {"img", noise(40)}}, 7);
  run.log("text", std::string(10'000, 'x'), 9);
  try {
    run.finish();
    ADD_FAILURE() << "finish() did not say what was lost";
  } catch (const std::runtime_error& error) {
    for (const char* name : {"'img' at step 7", "'text' at step 9"}) {
      EXPECT_NE(std::string(error.what()).find(name), std::string::npos) << error.what();
    }
  }
  for (const ordered_json& row : test::read_rows(run.dir())) {
    EXPECT_FALSE(row.contains("img")) << "a row that names a file which is not there";
  }
}

TEST_F(FullDisk, StderrGetsALineASecondAndTheLastWord) {
  constexpr auto kTraining = std::chrono::milliseconds(2500);
  test::Child child([&] {
    sconce::Run run(RunOptions("test").dir(folder_.path() / "disk").max_pending_bytes(50'000).encoder_threads(2));
    disk_.fill();
    const auto start = std::chrono::steady_clock::now();
    while (std::chrono::steady_clock::now() - start < kTraining) {
      run.log("img", noise(60));
    }
  });
  EXPECT_EQ(child.end(), "exit 0");
  const std::string errors = child.errors();
  // From the first failure to the end of finish()'s patience, and what ~Run() says.
  const auto lines = std::count(errors.begin(), errors.end(), '\n');
  EXPECT_GE(lines, 3) << errors;
  EXPECT_LE(lines, 8) << errors;
  const std::string last = errors.substr(errors.rfind('\n', errors.size() - 2) + 1);
  EXPECT_NE(last.find("logged values are lost: 'img' at step"), std::string::npos) << last;
}

}  // namespace
}  // namespace sconce
