#include "fake_device.h"

#include <ATen/ATen.h>
#include <c10/core/Event.h>
#include <c10/core/StreamGuard.h>
#include <c10/core/impl/VirtualGuardImpl.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace sconce {
namespace {

c10::Stream current_stream() {
  return c10::impl::VirtualGuardImpl(fake::device().type()).getStream(fake::device());
}
c10::Stream pool_stream() {
  return c10::impl::VirtualGuardImpl(fake::device().type()).getStreamFromGlobalPool(fake::device());
}

c10::Event record_event(const c10::Stream& stream) {
  c10::Event event(stream.device_type());
  event.record(stream);
  return event;
}

/// What sconce does with a tensor: nobody waits.
std::pair<at::Tensor, c10::Event> copy_to_host(const at::Tensor& tensor) {
  at::Tensor host = at::empty(tensor.sizes(), tensor.options().device(at::kCPU));
  host.copy_(tensor, /*non_blocking=*/true);
  return {host, record_event(current_stream())};
}

bool same(const at::Tensor& a, const at::Tensor& b) {
  return a.scalar_type() == b.scalar_type() && at::equal(a.cpu(), b.cpu());
}

class FakeDevice : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(fake::available());
    fake::reset();
  }
  void TearDown() override { fake::reset(); }
};

TEST_F(FakeDevice, KeepsValuesOnTheWayThereAndBack) {
  for (const auto dtype : {at::kByte, at::kBool, at::kLong, at::kHalf, at::kFloat, at::kDouble}) {
    const at::Tensor values = at::arange(24).to(dtype).view({2, 3, 4});
    const at::Tensor there = fake::to_device(values);
    EXPECT_EQ(there.device(), fake::device());
    EXPECT_TRUE(same(there.cpu(), values)) << dtype;
    EXPECT_TRUE(same(there.transpose(0, 2).cpu(), values.transpose(0, 2))) << dtype;
  }
}

TEST_F(FakeDevice, CopiesAtOnceWhileNobodyHoldsIt) {
  const auto [host, event] = copy_to_host(fake::to_device(at::arange(5)));
  EXPECT_TRUE(event.query());
  EXPECT_TRUE(same(host, at::arange(5)));
  EXPECT_EQ(fake::synchronizations(), 0);
}

TEST_F(FakeDevice, LeavesTheHostWithPoisonWhileHeld) {
  const at::Tensor bytes = fake::to_device(at::arange(5).to(at::kByte));
  fake::hold();
  const auto [host, event] = copy_to_host(bytes);
  EXPECT_FALSE(event.query());
  EXPECT_FALSE(current_stream().query());
  EXPECT_TRUE(same(host, at::full({5}, 0xA5, at::kByte)));
  fake::release();
  EXPECT_TRUE(event.query());
  EXPECT_TRUE(current_stream().query());
  EXPECT_TRUE(same(host, at::arange(5).to(at::kByte)));
  EXPECT_EQ(fake::synchronizations(), 0);
}

TEST_F(FakeDevice, CopiesWhatTheSourceHeldAtTheCall) {
  at::Tensor source = fake::to_device(at::arange(5));
  fake::hold();
  const auto [first, first_event] = copy_to_host(source);
  source.fill_(7);
  const auto [second, second_event] = copy_to_host(source);
  source = at::Tensor();
  fake::release();
  EXPECT_TRUE(same(first, at::arange(5)));
  EXPECT_TRUE(same(second, at::full({5}, 7, at::kLong)));
}

TEST_F(FakeDevice, PerformsCopiesInTheOrderOfTheCalls) {
  at::Tensor host = at::zeros({3});
  fake::hold();
  host.copy_(fake::to_device(at::full({3}, 1.0)), true);
  host.copy_(fake::to_device(at::full({3}, 2.0)), true);
  fake::release();
  EXPECT_TRUE(same(host, at::full({3}, 2.0)));
}

TEST_F(FakeDevice, ConvertsAndBroadcastsQueuedCopies) {
  at::Tensor host = at::empty({2, 3}, at::kInt).t();
  fake::hold();
  host.copy_(fake::to_device(at::full({2}, 5.75)), true);
  EXPECT_THROW(host.copy_(fake::to_device(at::zeros({7})), true), c10::Error);
  fake::release();
  EXPECT_TRUE(same(host, at::full({3, 2}, 5, at::kInt)));
}

TEST_F(FakeDevice, CountsEveryForcedWait) {
  const at::Tensor tensor = fake::to_device(at::arange(4));
  const std::vector<std::pair<std::string, std::function<void()>>> waits = {
      {"item", [&] { EXPECT_EQ(tensor[3].item<int>(), 3); }},
      {"cpu", [&] { EXPECT_TRUE(at::equal(tensor.cpu(), at::arange(4))); }},
      {"copy_ to the host", [&] { at::empty({4}, at::kLong).copy_(tensor); }},
      {"copy_ from the host", [&] { tensor.clone().copy_(at::zeros({4}, at::kLong)); }},
      {"equal", [&] { EXPECT_TRUE(at::equal(tensor, tensor)); }},
      {"nonzero", [&] { EXPECT_EQ(at::nonzero(tensor).size(0), 3); }},
      {"a mask as an index", [&] { EXPECT_EQ(tensor.index({tensor > 1}).size(0), 2); }},
      {"stream", [&] { current_stream().synchronize(); }},
  };
  for (const auto& [name, wait] : waits) {
    fake::reset();
    wait();
    EXPECT_EQ(fake::synchronizations(), 1) << name;
  }
}

TEST_F(FakeDevice, CountsWhatIsEnqueued) {
  const at::Tensor tensor = fake::to_device(at::arange(4).to(at::kFloat));
  EXPECT_EQ(fake::operations(), 0);
  const at::Tensor view = tensor.view({2, 2}).t().narrow(0, 0, 1);
  EXPECT_EQ(fake::operations(), 0) << "a view is none";
  const at::Tensor more = tensor.mul(2).clamp_(0, 3).to(at::kByte);
  EXPECT_EQ(fake::operations(), 3);
  const auto [host, event] = copy_to_host(more);
  EXPECT_EQ(fake::operations(), 5) << "the copy and the event";
}

TEST_F(FakeDevice, RemembersWhichStreamsMemoryIsReservedFor) {
  const at::Tensor tensor = fake::to_device(at::arange(4));
  EXPECT_FALSE(fake::is_reserved(tensor, current_stream()));
  tensor.narrow(0, 1, 2).record_stream(current_stream());
  EXPECT_TRUE(fake::is_reserved(tensor, current_stream()));
  EXPECT_FALSE(fake::is_reserved(tensor, pool_stream()));
  EXPECT_FALSE(fake::is_reserved(tensor.clone(), current_stream()));
}

TEST_F(FakeDevice, PerformsHeldWorkForWhoForcesAWait) {
  const at::Tensor tensor = fake::to_device(at::arange(4));
  fake::hold();
  const auto [host, event] = copy_to_host(tensor);
  EXPECT_EQ(tensor[2].item<int>(), 2);
  EXPECT_TRUE(event.query());
  EXPECT_TRUE(same(host, at::arange(4)));
  EXPECT_EQ(fake::synchronizations(), 1);
  EXPECT_FALSE(copy_to_host(tensor).second.query()) << "the device is still held";
}

TEST_F(FakeDevice, TellsOneStreamFromAnother) {
  const at::Tensor tensor = fake::to_device(at::arange(4));
  const c10::Stream side = pool_stream();
  ASSERT_NE(side, current_stream());
  fake::hold(side);
  const c10::StreamGuard guard(side);
  const auto [host, event] = copy_to_host(tensor);
  EXPECT_TRUE(record_event(c10::Stream(c10::Stream::DEFAULT, fake::device())).query());
  EXPECT_FALSE(event.query()) << "recorded behind the copy, on the stream of the copy";
  fake::release();
  EXPECT_TRUE(event.query());
}

TEST_F(FakeDevice, HasACurrentStreamForEachThread) {
  const c10::Stream before = current_stream();
  const c10::StreamGuard guard(pool_stream());
  EXPECT_NE(current_stream(), before);
  std::thread([&] { EXPECT_EQ(current_stream(), before); }).join();
}

TEST_F(FakeDevice, BlocksAStreamUntilTheEventOfAnother) {
  const c10::Stream side = pool_stream();
  const c10::Stream other = pool_stream();
  fake::hold(side);
  const c10::Event first = record_event(side);
  first.block(other);
  const c10::Event second = record_event(other);
  EXPECT_FALSE(second.query());
  EXPECT_TRUE(record_event(current_stream()).query());
  fake::release();
  EXPECT_TRUE(second.query());
}

TEST_F(FakeDevice, AnswersForTheLastRecordOfAnEvent) {
  c10::Event event = record_event(current_stream());
  EXPECT_TRUE(event.query());
  fake::hold();
  event.record(current_stream());
  EXPECT_FALSE(event.query());
  fake::release();
  EXPECT_TRUE(event.query());
}

TEST_F(FakeDevice, OutlivesAnEventThatIsDestroyedInTheQueue) {
  fake::hold();
  record_event(current_stream());
  const c10::Event last = record_event(current_stream());
  fake::release();
  EXPECT_TRUE(last.query());
}

TEST_F(FakeDevice, LetsAnotherThreadWaitForTheEvent) {
  const at::Tensor tensor = fake::to_device(at::arange(100));
  at::Tensor seen;
  std::thread worker;
  {
    const fake::Hold hold;
    auto copy = copy_to_host(tensor);
    worker = std::thread([&seen, copy = std::move(copy)] {
      while (!copy.second.query()) std::this_thread::yield();
      seen = copy.first.clone();
    });
    EXPECT_TRUE(fake::await_waiter());
    EXPECT_EQ(fake::synchronizations(), 0);
  }
  worker.join();
  EXPECT_TRUE(same(seen, at::arange(100)));
}

/// The function came with LibTorch 2.5; 1.13 has nothing to forward to it.
template <typename Event, typename = void>
struct Waits : std::false_type {};
template <typename Event>
struct Waits<Event, std::void_t<decltype(std::declval<const Event&>().synchronize())>> : std::true_type {};
template <typename Event>
void wait_for(const Event& event) {
  if constexpr (Waits<Event>::value) {
    event.synchronize();
  } else {
    while (!event.query()) std::this_thread::yield();
  }
}

TEST_F(FakeDevice, LetsAnotherThreadSleepUntilTheEvent) {
  fake::hold();
  const auto [host, event] = copy_to_host(fake::to_device(at::arange(3)));
  std::thread worker([&, &host = host, &event = event] {
    wait_for(event);
    EXPECT_TRUE(same(host, at::arange(3)));
  });
  EXPECT_TRUE(fake::await_waiter());
  fake::release();
  worker.join();
  EXPECT_EQ(fake::synchronizations(), 0);
}

}  // namespace
}  // namespace sconce
