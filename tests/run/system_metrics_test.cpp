#include <gtest/gtest.h>

#include <condition_variable>
#include <mutex>
#include <set>
#include <sstream>
#include <thread>

#include "run/system_monitor.h"
#include "sconce/sconce.h"
#include "support/run_reader.h"
#include "support/wandb_log.h"

namespace sconce {
namespace {

using nlohmann::ordered_json;
constexpr std::uint32_t kStats = 7;

std::vector<ordered_json> events_of(const std::filesystem::path& run) {
  std::vector<ordered_json> events;
  std::istringstream lines(test::read_text(run / "wandb-events.jsonl"));
  for (std::string line; std::getline(lines, line);) {
    events.push_back(ordered_json::parse(line));
  }
  return events;
}

class SystemMetrics : public testing::Test {
 protected:
  RunOptions options() const { return RunOptions("test").dir(folder_.path()); }
  test::TemporaryFolder folder_;
};

TEST_F(SystemMetrics, AreSampledNowAndThen) {
  std::mutex mutex;
  std::condition_variable came;
  int samples = 0;
  SystemMonitor monitor(std::chrono::milliseconds(1), [&](const system::Metrics& metrics) {
    const std::lock_guard<std::mutex> lock(mutex);
    EXPECT_FALSE(metrics.empty());
    ++samples;
    came.notify_one();
  });
  std::unique_lock<std::mutex> lock(mutex);
  came.wait(lock, [&] { return samples >= 3; });
}

TEST_F(SystemMetrics, AreSampledAtTheEndOnce) {
  int samples = 0;
  SystemMonitor monitor(std::chrono::hours(1), [&](const system::Metrics&) { ++samples; });
  monitor.stop();
  monitor.stop();
  EXPECT_EQ(samples, 1);
}

TEST_F(SystemMetrics, OfARunAreLinesAndRecords) {
  sconce::Run run(options());
  run.log("n", 1);
  run.finish();
  const auto events = events_of(run.dir());
  ASSERT_EQ(events.size(), 1U) << "that of the end";
  const ordered_json& event = events[0];
  EXPECT_EQ(event.at("_wandb"), true);
  EXPECT_GT(event.at("_timestamp"), 1'700'000'000.0);
  EXPECT_GE(event.at("_runtime"), 0.0);
  EXPECT_TRUE(event.contains("system.cpu"));
  EXPECT_TRUE(event.contains("system.disk./.usageGB"));
#ifdef __linux__
  EXPECT_GT(event.at("system.proc.memory.rssMB"), 1.0);
  EXPECT_GE(event.at("system.proc.cpu.threads"), 2.0);
  EXPECT_TRUE(event.contains("system.memory_percent"));
  EXPECT_TRUE(event.contains("system.network.sent"));
#endif
  ordered_json metrics = event;
  for (const char* key : {"_wandb", "_timestamp", "_runtime"}) {
    metrics.erase(key);
  }
  std::vector<test::Stats> records;
  for (const auto& record : test::read_run_log(run.dir())) {
    if (record.kind == kStats) {
      records.push_back(test::stats_of(record.message));
    }
  }
  ASSERT_EQ(records.size(), 1U);
  EXPECT_NEAR(records[0].timestamp, event.at("_timestamp").get<double>(), 1e-5);
  ordered_json logged = ordered_json::object();
  for (const auto& [key, value] : records[0].values.items()) {
    logged["system." + key] = value;
  }
  EXPECT_EQ(logged, metrics);
}

TEST_F(SystemMetrics, ComeWhileTheRunRuns) {
  sconce::Run run(options().system_metrics_interval(0.1));
  std::size_t lines = 0;
  while (lines < 3) {
    std::this_thread::yield();
    if (std::filesystem::exists(run.dir() / "wandb-events.jsonl")) {
      const std::string text = test::read_text(run.dir() / "wandb-events.jsonl");
      lines = static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
    }
  }
  run.finish();
  EXPECT_GT(events_of(run.dir()).size(), lines);
}

TEST_F(SystemMetrics, SwitchedOffLeaveNothing) {
  sconce::Run run(options().system_metrics(false));
  run.log("n", 1);
  run.finish();
  EXPECT_FALSE(std::filesystem::exists(run.dir() / "wandb-events.jsonl"));
  for (const auto& record : test::read_run_log(run.dir())) {
    EXPECT_NE(record.kind, kStats);
  }
}

}  // namespace
}  // namespace sconce
