#include <ATen/ATen.h>
#include <c10/util/Exception.h>
#include <gtest/gtest.h>

#include <cmath>

#include "run/run_options.h"
#include "sconce/sconce.h"
#include "support/run_reader.h"

namespace sconce {
namespace {

class RunOptionsTest : public testing::Test {
 protected:
  void expect_refused(RunOptions options, const std::string& word) {
    try {
      sconce::Run run(options.dir(folder_.path()));
      ADD_FAILURE() << "accepted; expected an error that says " << word;
    } catch (const c10::ValueError& error) {
      EXPECT_NE(std::string(error.what_without_backtrace()).find(word), std::string::npos)
          << error.what_without_backtrace();
    }
    EXPECT_TRUE(std::filesystem::is_empty(folder_.path()));
  }
  test::TemporaryFolder folder_;
};

TEST_F(RunOptionsTest, AnIdNamesTheRun) {
  const sconce::Run run(RunOptions().dir(folder_.path()).id("my-run_1"));
  EXPECT_EQ(run.id(), "my-run_1");
  EXPECT_EQ(run.dir().filename().string().substr(28), "my-run_1");
}

TEST_F(RunOptionsTest, RefusesIdsThatAreNoNames) {
  for (const char* id : {"a/b", "../up", "a:b", "a b ", " a", "a?", "it's", "a#"}) {
    SCOPED_TRACE(id);
    if (std::string(id) != "../up") {
      expect_refused(RunOptions().id(id), "id");
    } else {
      expect_refused(RunOptions().id(id), "none of");
    }
  }
  expect_refused(RunOptions().id(std::string(65, 'x')), "64");
}

TEST_F(RunOptionsTest, RefusesProjectsThatWandbRefuses) {
  expect_refused(RunOptions("a/b"), "project");
  expect_refused(RunOptions(std::string(129, 'p')), "128");
  const sconce::Run longest(RunOptions(std::string(128, 'p')).dir(folder_.path()));
}

TEST_F(RunOptionsTest, RefusesTagsOfTheWrongLength) {
  expect_refused(RunOptions().tags({"ok", ""}), "tags");
  expect_refused(RunOptions().tags({std::string(65, 't')}), "tags");
}

TEST_F(RunOptionsTest, RefusesThreadsAndBytesBelowOne) {
  expect_refused(RunOptions().encoder_threads(0), "encoder_threads");
  expect_refused(RunOptions().max_pending_bytes(0), "max_pending_bytes");
}

TEST_F(RunOptionsTest, RefusesToSampleWithoutPause) {
  expect_refused(RunOptions().system_metrics_interval(0.05), "system_metrics_interval");
  expect_refused(RunOptions().system_metrics_interval(std::nan("")), "system_metrics_interval");
  expect_refused(RunOptions().system_metrics_interval(1e300), "system_metrics_interval");
}

TEST_F(RunOptionsTest, LeavesTrainingItsCoresUnlessTold) {
  EXPECT_EQ(encoder_threads(RunOptions(), 0), 1) << "unknown";
  EXPECT_EQ(encoder_threads(RunOptions(), 2), 1);
  EXPECT_EQ(encoder_threads(RunOptions(), 15), 1);
  EXPECT_EQ(encoder_threads(RunOptions(), 16), 2);
  EXPECT_EQ(encoder_threads(RunOptions(), 256), 4);
  EXPECT_EQ(encoder_threads(RunOptions().encoder_threads(7), 2), 7);
}

TEST_F(RunOptionsTest, RefusesMediaInTheConfig) {
  expect_refused(RunOptions().config({{"x", Image(at::zeros({2, 2}))}}), "'x'");
  expect_refused(RunOptions().config({{"h", Histogram(at::zeros({2}))}}), "'h'");
}

}  // namespace
}  // namespace sconce
