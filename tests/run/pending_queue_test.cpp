#include "run/pending_queue.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <thread>

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
