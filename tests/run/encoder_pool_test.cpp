#include "run/encoder_pool.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <future>
#include <vector>

namespace sconce {
namespace {

constexpr auto kLong = std::chrono::seconds(20);

TEST(EncoderPool, DoesEverythingBeforeItCloses) {
  std::atomic<int> done{0};
  EncoderPool pool(2);
  for (int i = 0; i < 1000; ++i) {
    pool.submit([&] { ++done; });
  }
  pool.close();
  EXPECT_EQ(done, 1000);
}

TEST(EncoderPool, OneThreadDoesTasksInTheirOrder) {
  std::vector<int> order;
  EncoderPool pool(1);
  for (int i = 0; i < 100; ++i) {
    pool.submit([&order, i] { order.push_back(i); });
  }
  pool.close();
  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(order.at(static_cast<std::size_t>(i)), i);
  }
}

/// Each task waits for all others to have begun.
void expect_all_at_once(EncoderPool& pool, int tasks) {
  std::atomic<int> begun{0};
  std::promise<void> all;
  const std::shared_future<void> have_begun = all.get_future().share();
  std::vector<std::future<bool>> together;
  for (int i = 0; i < tasks; ++i) {
    auto result = std::make_shared<std::promise<bool>>();
    together.push_back(result->get_future());
    pool.submit([&, result] {
      if (++begun == tasks) {
        all.set_value();
      }
      result->set_value(have_begun.wait_for(kLong) == std::future_status::ready);
    });
  }
  for (std::future<bool>& task : together) {
    EXPECT_TRUE(task.get());
  }
}

TEST(EncoderPool, AllThreadsWorkWhenThereIsWorkForAll) {
  EncoderPool pool(4);
  expect_all_at_once(pool, 4);
  expect_all_at_once(pool, 4);
}

TEST(EncoderPool, ThreadsThatHaveSleptForLongAreWoken) {
  EncoderPool pool(3);
  std::this_thread::sleep_for(std::chrono::milliseconds(1500));
  expect_all_at_once(pool, 3);
}

}  // namespace
}  // namespace sconce
