#include "run/pending_queue.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace sconce {
namespace {

PendingRow row_of(std::int64_t step, std::int64_t bytes) {
  PendingRow row;
  row.step = step;
  row.bytes = bytes;
  return row;
}

bool never() { return false; }
bool always() { return true; }

TEST(PendingQueue, HasRoomUpToItsBound) {
  PendingQueue queue(100);
  EXPECT_TRUE(queue.try_reserve(60, 0));
  EXPECT_TRUE(queue.try_reserve(40, 0));
  EXPECT_FALSE(queue.try_reserve(1, 0));
  queue.release(1);
  EXPECT_TRUE(queue.try_reserve(1, 0));
}

TEST(PendingQueue, HasRoomForWhatIsLargerWhenNothingElseWaits) {
  PendingQueue queue(100);
  EXPECT_TRUE(queue.try_reserve(1000, 0));
  EXPECT_FALSE(queue.try_reserve(1, 0));
  EXPECT_TRUE(queue.try_reserve(1, 1000)) << "an open row frees nothing however long one waits";
}

TEST(PendingQueue, ThoseWhoWaitGetTheRoomThatIsReleased) {
  PendingQueue queue(100);
  ASSERT_TRUE(queue.try_reserve(100, 0));
  std::atomic<bool> has_room{false};
  std::thread waiting([&] { has_room = queue.reserve(50, 0, never); });
  queue.release(49);
  EXPECT_FALSE(has_room);
  queue.release(1);
  waiting.join();
  EXPECT_TRUE(has_room);
}

TEST(PendingQueue, NobodyWaitsWhenItIsPointless) {
  PendingQueue queue(100);
  ASSERT_TRUE(queue.try_reserve(100, 0));
  EXPECT_FALSE(queue.reserve(1, 0, always));
  queue.push(row_of(0, 100));
  EXPECT_FALSE(queue.wait_until_done(always));
}

TEST(PendingQueue, GivesAllRowsAtOnceInTheirOrder) {
  PendingQueue queue(1000);
  for (std::int64_t step = 0; step < 3; ++step) {
    ASSERT_TRUE(queue.try_reserve(10, 0));
    queue.push(row_of(step, 10));
  }
  PendingQueue::Rows rows;
  ASSERT_TRUE(queue.take(rows));
  std::int64_t step = 0;
  for (const PendingRow& row : rows) {
    EXPECT_EQ(row.step, step++);
  }
  EXPECT_EQ(step, 3);
}

PendingRow numbers(std::int64_t step, const Row& row) {
  PendingRow pending = row_of(step, 10'000);
  pending.timestamp = 0.5 * static_cast<double>(step);
  pending.cells = row.cells();
  return pending;
}

/// Steps and values of rows of one number, as the queue gives them.
std::vector<std::pair<std::int64_t, Value::Storage>> taken(PendingQueue& queue, PendingQueue::Rows& rows) {
  std::vector<std::pair<std::int64_t, Value::Storage>> all;
  EXPECT_TRUE(queue.take(rows));
  for (const PendingRow& row : rows) {
    if (row.numbers == nullptr) {
      all.emplace_back(*row.step, row.cells.at(0).second.storage());
      continue;
    }
    std::vector<Row::Cell> cells = row.numbers->cells();
    for (std::size_t i = 0; i < row.numbers->size(); ++i) {
      row.numbers->read(i, cells);
      EXPECT_EQ(row.numbers->stamp(i).timestamp, 0.5 * static_cast<double>(row.numbers->stamp(i).step));
      all.emplace_back(row.numbers->stamp(i).step, cells.at(0).second.storage());
    }
  }
  return all;
}

TEST(PendingQueue, PutsWaitingRowsOfTheSameNumbersTogether) {
  PendingQueue queue(10'000'000);
  for (std::int64_t step = 0; step < 100; ++step) {
    ASSERT_TRUE(queue.try_reserve(10'000, 0));
    queue.push(numbers(step, {{"loss", step}}));
  }
  EXPECT_LT(queue.backlog().bytes, 10'000);
  EXPECT_EQ(queue.backlog().rows, 100);
  PendingQueue::Rows rows;
  const auto all = taken(queue, rows);
  EXPECT_EQ(rows.size(), 1U);
  ASSERT_EQ(all.size(), 100U);
  for (std::int64_t step = 0; step < 100; ++step) {
    EXPECT_EQ(all[static_cast<std::size_t>(step)].first, step);
    EXPECT_EQ(std::get<std::int64_t>(all[static_cast<std::size_t>(step)].second), step);
  }
  queue.done(rows);
  EXPECT_EQ(queue.backlog().bytes, 0);
  EXPECT_TRUE(queue.wait_until_done(never));
}

TEST(PendingQueue, KeepsTheOrderOfRowsOfOtherKeysAndTypes) {
  PendingQueue queue(10'000'000);
  const auto value = [](std::int64_t step) -> Value {
    return step % 7 == 0 ? Value("text") : step % 5 == 0 ? Value(0.5) : Value(step);
  };
  for (std::int64_t step = 0; step < 1000; ++step) {
    ASSERT_TRUE(queue.try_reserve(10'000, 0));
    queue.push(numbers(step, {{"k" + std::to_string(step / 2 % 11), value(step)}}));
  }
  PendingQueue::Rows rows;
  const auto all = taken(queue, rows);
  ASSERT_EQ(all.size(), 1000U);
  for (std::int64_t step = 0; step < 1000; ++step) {
    EXPECT_EQ(all[static_cast<std::size_t>(step)].first, step);
    EXPECT_EQ(all[static_cast<std::size_t>(step)].second.index(), value(step).storage().index());
  }
  queue.done(rows);
  EXPECT_EQ(queue.backlog().bytes, 0);
  EXPECT_EQ(queue.backlog().rows, 0);
}

TEST(PendingQueue, GivesEveryRowOfManyThreadsInTheOrderOfEach) {
  constexpr std::int64_t kThreads = 4;
  constexpr std::int64_t kRows = 5000;
  PendingQueue queue(1 << 20);
  std::vector<std::thread> threads;
  for (std::int64_t t = 0; t < kThreads; ++t) {
    threads.emplace_back([&queue, t] {
      for (std::int64_t step = 0; step < kRows; ++step) {
        PendingRow row = numbers(step, step % 500 < 450 ? Row{{"thread", t}} : Row{{"thread", t}, {"text", "x"}});
        row.bytes = 500;
        EXPECT_TRUE(queue.reserve(row.bytes, 0, never));
        queue.push(std::move(row));
      }
    });
  }
  std::vector<std::int64_t> next(kThreads, 0);
  PendingQueue::Rows rows;
  for (std::int64_t count = 0; count < kThreads * kRows;) {
    for (const auto& [step, thread] : taken(queue, rows)) {
      EXPECT_EQ(step, next.at(static_cast<std::size_t>(std::get<std::int64_t>(thread)))++);
      ++count;
    }
    queue.done(rows);
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  EXPECT_EQ(queue.backlog().bytes, 0);
}

TEST(PendingQueue, LeavesRowsWithoutAStepAsTheyAre) {
  PendingQueue queue(100'000);
  for (std::int64_t step = 0; step < 3; ++step) {
    PendingRow row = numbers(step, {{"loss", step}});
    row.step.reset();
    ASSERT_TRUE(queue.try_reserve(row.bytes, 0));
    queue.push(std::move(row));
  }
  EXPECT_EQ(queue.backlog().bytes, 30'000);
}

TEST(PendingQueue, RowsCountUntilTheyAreDone) {
  PendingQueue queue(100);
  ASSERT_TRUE(queue.try_reserve(100, 0));
  queue.push(row_of(0, 100));
  PendingQueue::Rows rows;
  ASSERT_TRUE(queue.take(rows));
  EXPECT_FALSE(queue.try_reserve(1, 0));
  EXPECT_FALSE(queue.wait_until_done(always));
  queue.done(rows);
  EXPECT_TRUE(rows.empty());
  EXPECT_TRUE(queue.try_reserve(100, 0));
  EXPECT_TRUE(queue.wait_until_done(never));
}

TEST(PendingQueue, GivesWhatIsLeftAfterItWasClosedAndThenNothing) {
  PendingQueue queue(100);
  queue.push(row_of(0, 0));
  queue.close();
  PendingQueue::Rows rows;
  EXPECT_TRUE(queue.take(rows));
  queue.done(rows);
  EXPECT_FALSE(queue.take(rows));
}

TEST(PendingQueue, ARowWakesAThreadThatHasSleptForLong) {
  PendingQueue queue(100);
  std::atomic<bool> taken{false};
  std::thread committer([&] {
    PendingQueue::Rows rows;
    while (queue.take(rows)) {
      queue.done(rows);
      taken = true;
    }
  });
  std::this_thread::sleep_for(std::chrono::milliseconds(1500));
  queue.push(row_of(0, 0));
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (!taken && std::chrono::steady_clock::now() < deadline) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  EXPECT_TRUE(taken);
  queue.close();
  committer.join();
}

}  // namespace
}  // namespace sconce
