#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <map>
#include <thread>

#include "sconce/sconce.h"
#include "support/run_reader.h"
#include "support/sanitizers.h"

namespace sconce {
namespace {

using nlohmann::ordered_json;

TEST(Threads, KeepTheOrderOfEachThreadsCalls) {
  constexpr int kThreads = 8;
  constexpr int kCalls = 200;
  const test::TemporaryFolder folder;
  sconce::Run run(RunOptions("test").dir(folder.path()).encoder_threads(3));
  std::vector<std::thread> threads;
  for (int thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([logger = run.logger("t" + std::to_string(thread) + "/"), thread]() mutable {
      for (int i = 0; i < kCalls; ++i) {
        if (i % 20 == 0) {
          logger.log({{"n", i}, {"img", Image(at::full({8, 8}, thread * 10 + i % 10, at::kByte))}});
        } else {
          logger.log("n", i);
        }
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  run.finish();
  std::map<std::string, int> next;
  std::int64_t step = 0;
  for (const ordered_json& row : test::read_rows(run.dir())) {
    EXPECT_EQ(row.at("_step"), step++);
    const std::string key = test::user_keys(row).at(0);
    EXPECT_EQ(row.at(key), next[key]++) << key;
  }
  EXPECT_EQ(step, kThreads * kCalls);
}

TEST(Threads, ASmallBoundMakesLogWaitAndLosesNothing) {
  const test::TemporaryFolder folder;
  sconce::Run run(RunOptions("test").dir(folder.path()).max_pending_bytes(100'000).encoder_threads(2));
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([logger = run.logger()]() mutable {
      for (int i = 0; i < 20; ++i) {
        logger.log("img", Image(at::randint(256, {3, 100, 100}, at::kByte)));
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  run.finish();
  EXPECT_EQ(test::read_rows(run.dir()).size(), 80U);
  EXPECT_EQ(test::media_files(run.dir()).size(), 80U);
}

TEST(Threads, AnOpenRowLargerThanTheBoundIsWritten) {
  const test::TemporaryFolder folder;
  sconce::Run run(RunOptions("test").dir(folder.path()).max_pending_bytes(100'000));
  for (int i = 0; i < 20; ++i) {
    run.log("img" + std::to_string(i), Image(at::randint(256, {3, 100, 100}, at::kByte)), 7);
  }
  run.finish();
  const auto rows = test::read_rows(run.dir());
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(test::user_keys(rows[0]).size(), 20U);
  EXPECT_EQ(test::media_files(run.dir()).size(), 20U);
}

TEST(Threads, WriteRowsAndImagesWithoutBeingAsked) {
  const test::TemporaryFolder folder;
  sconce::Run run(RunOptions("test").dir(folder.path()));
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::minutes(1);
  for (std::size_t rows = 1; rows <= 3; ++rows) {
    run.log({{"n", 1}, {"img", Image(at::rand({3, 8, 8}))}});
    while (test::read_rows(run.dir()).size() < rows && std::chrono::steady_clock::now() < deadline) {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    EXPECT_EQ(test::read_rows(run.dir()).size(), rows);
  }
}

TEST(Threads, MayLogWhileAnotherFlushesAndFinishes) {
  const test::TemporaryFolder folder;
  sconce::Run run(RunOptions("test").dir(folder.path()));
  std::atomic<int> logged{0};
  std::thread training([&, logger = run.logger()]() mutable {
    try {
      for (;;) {
        logger.log("n", 1);
        ++logged;
      }
    } catch (const std::exception&) {  // the run is finished
    }
  });
  while (logged < 100) {
    run.flush();
  }
  run.finish();
  training.join();
  EXPECT_EQ(test::read_rows(run.dir()).size(), static_cast<std::size_t>(logged));
}

/// What one of many threads does: calls of every kind, to all the runs in turn.
void log_to_all(std::vector<sconce::Run>& runs, int thread, int calls) {
  const std::string key = "t" + std::to_string(thread);
  std::vector<int> next(runs.size());
  for (int call = 0; call < calls; ++call) {
    const std::size_t at = static_cast<std::size_t>(thread + call) % runs.size();
    Row row{{key, next[at]++}};
    if (call % 100 == 50) {
      row.set("img", Image(at::full({3, 8, 8}, thread, at::kByte)));
    }
    runs[at].log(std::move(row));
    if (call % 500 == 100) {
      runs[at].summarize(key, call);
    }
    if (call % 500 == 400) {
      runs[at].flush();
    }
  }
}

TEST(Threads, SixtyFourMayShareSixteenRuns) {
  constexpr int kThreads = 64;
  constexpr int kRuns = 16;
  constexpr int kCalls = 100'000 / test::kSlowdown;
  const test::TemporaryFolder folder;
  std::vector<sconce::Run> runs;
  for (int run = 0; run < kRuns; ++run) {
    runs.emplace_back(
        RunOptions("test").dir(folder.path()).max_pending_bytes(100'000).encoder_threads(1 + run % 3));
  }
  std::vector<std::thread> threads;
  for (int thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&runs, thread] { log_to_all(runs, thread, kCalls / kThreads); });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  std::size_t rows = 0;
  for (sconce::Run& run : runs) {
    run.finish();
    std::map<std::string, int> next;
    for (const ordered_json& row : test::read_rows(run.dir())) {
      const std::string key = test::user_keys(row).at(0);
      ASSERT_EQ(row.at(key), next[key]++) << key;
      ++rows;
    }
  }
  EXPECT_EQ(rows, static_cast<std::size_t>(kCalls / kThreads * kThreads));
}

TEST(Threads, MayEachHaveARun) {
  const test::TemporaryFolder folder;
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 6; ++thread) {
    threads.emplace_back([&] {
      sconce::Run run(RunOptions("test").dir(folder.path()));
      for (int i = 0; i < 50; ++i) {
        run.log("n", i);
      }
      run.finish();
      EXPECT_EQ(test::read_rows(run.dir()).size(), 50U);
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
}

}  // namespace
}  // namespace sconce
