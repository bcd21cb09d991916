#include "torch_ops/recycled_memory.h"

#include <atomic>
#include <thread>
#include <vector>

#include "same.h"

namespace sconce {
namespace {

using ops::empty_recycled;

constexpr std::int64_t kSize = std::int64_t{1} << 20;

TEST(RecycledMemory, IsThatOfTheTensorBefore) {
  at::Tensor first = empty_recycled({kSize}, at::kByte);
  const void* const data = first.data_ptr();
  at::Tensor view = first.view({2, kSize / 2}).select(0, 1);
  first = at::Tensor();
  EXPECT_NE(empty_recycled({kSize}, at::kByte).data_ptr(), data) << "a view is left";
  view = at::Tensor();
  EXPECT_EQ(empty_recycled({kSize / 4}, at::kFloat).data_ptr(), data) << "any dtype";
  EXPECT_EQ(empty_recycled({1000, 1000}, at::kByte).data_ptr(), data) << "nearly as large";
}

TEST(RecycledMemory, IsNotWastedOnSmallTensors) {
  const void* const data = empty_recycled({kSize}, at::kByte).data_ptr();
  EXPECT_NE(empty_recycled({kSize / 2}, at::kByte).data_ptr(), data);
}

TEST(RecycledMemory, IsBounded) {
  std::vector<at::Tensor> tensors;
  for (int i = 0; i < 20; ++i) tensors.push_back(empty_recycled({8 * kSize}, at::kByte));
  const void* const last = tensors.back().data_ptr();
  tensors.clear();
  EXPECT_LE(ops::recycled_bytes(), ops::kMostRecycled);
  EXPECT_GE(ops::recycled_bytes(), ops::kMostRecycled / 2);
  EXPECT_EQ(empty_recycled({8 * kSize}, at::kByte).data_ptr(), last) << "the oldest are given up";
  const auto most = static_cast<std::int64_t>(ops::kMostRecycled);
  EXPECT_EQ(empty_recycled({most + 1}, at::kByte).numel(), most + 1);
  EXPECT_LE(ops::recycled_bytes(), ops::kMostRecycled);
}

TEST(RecycledMemory, LooksLikeAnyTensor) {
  const at::Tensor tensor = empty_recycled({4, 5, kSize}, at::TensorOptions(at::kShort));
  EXPECT_EQ(tensor.sizes(), at::IntArrayRef({4, 5, kSize}));
  EXPECT_EQ(tensor.scalar_type(), at::kShort);
  EXPECT_TRUE(tensor.is_contiguous());
  EXPECT_TRUE(same(tensor.fill_(7).sum(), at::scalar_tensor(7 * tensor.numel(), at::kLong)));
  EXPECT_EQ(empty_recycled({0, 3}, at::kByte).numel(), 0);
  EXPECT_EQ(empty_recycled({}, at::kFloat).dim(), 0);
}

TEST(RecycledMemory, IsNobodyElsesMeanwhile) {
  std::atomic<bool> disturbed{false};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([t, &disturbed] {
      at::Tensor kept;
      for (int i = 0; i < 200; ++i) {
        const at::Tensor tensor = empty_recycled({kSize / 8 * (1 + i % 3)}, at::kByte);
        tensor.fill_(t);
        if (!kept.defined() || i % 5 == 0) kept = tensor;
        std::this_thread::yield();
        if (!tensor.eq(t).all().item<bool>() || !kept.eq(t).all().item<bool>()) disturbed = true;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_FALSE(disturbed);
}

TEST(CopyRecycled, KeepsTheOrderOfDenseMemory) {
  const at::Tensor planes = at::rand({3, 200, 100});
  for (const at::Tensor& tensor : {planes, planes.permute({1, 2, 0}), planes.transpose(1, 2), planes[0][0][0]}) {
    const at::Tensor copy = ops::copy_recycled(tensor);
    EXPECT_TRUE(same(copy, tensor));
    EXPECT_EQ(copy.strides(), tensor.strides());
    EXPECT_FALSE(copy.is_alias_of(tensor));
  }
}

TEST(CopyRecycled, IsContiguousOfWhatHasGaps) {
  const at::Tensor planes = at::rand({3, 200, 100});
  for (const at::Tensor& tensor : {planes.slice(2, 0, 100, 2), planes.narrow(0, 0, 1).expand({4, 200, 100})}) {
    EXPECT_TRUE(same(ops::copy_recycled(tensor), tensor));
    EXPECT_TRUE(ops::copy_recycled(tensor).is_contiguous());
  }
}

}  // namespace
}  // namespace sconce
