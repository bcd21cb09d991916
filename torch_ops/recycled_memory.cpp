#include "torch_ops/recycled_memory.h"

#include <cstdint>
#include <cstring>
#include <iterator>
#include <mutex>
#include <new>
#include <vector>

#include "torch_ops/blocks.h"

namespace sconce::ops {
namespace {

constexpr std::size_t kGranule = std::size_t{64} << 10;  // smaller memory is malloc's, which keeps it by itself
constexpr std::align_val_t kAlignment{64};

struct Block {
  void* data;
  std::size_t size;
};

void release(Block block) noexcept { ::operator delete(block.data, kAlignment); }

class Store {
 public:
  Store() { kept_.reserve(kMostRecycled / kGranule); }

  /// The block that came back last and fits, since it may still be in a cache.
  Block take(std::size_t size) {
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      for (auto block = kept_.rbegin(); block != kept_.rend(); ++block) {
        if (block->size < size || block->size - block->size / 4 > size) continue;
        const Block found = *block;
        kept_.erase(std::next(block).base());
        bytes_ -= found.size;
        return found;
      }
    }
    return {::operator new(size, kAlignment), size};
  }

  /// Keeps the block instead of those that have been here for the longest time.
  void give(Block block) noexcept {
    if (block.size > kMostRecycled) return release(block);
    const std::lock_guard<std::mutex> lock(mutex_);
    auto first = kept_.begin();
    for (; bytes_ + block.size > kMostRecycled; ++first) {
      bytes_ -= first->size;
      release(*first);
    }
    kept_.erase(kept_.begin(), first);
    kept_.push_back(block);  // within the capacity: no block is smaller than a granule
    bytes_ += block.size;
  }

  std::size_t bytes() {
    const std::lock_guard<std::mutex> lock(mutex_);
    return bytes_;
  }

 private:
  std::mutex mutex_;
  std::vector<Block> kept_;
  std::size_t bytes_ = 0;
};

Store& store() {
  static auto& instance = *new Store;  // never destroyed: tensors may outlive any static
  return instance;
}

}  // namespace

at::Tensor empty_recycled(at::IntArrayRef sizes, const at::TensorOptions& options) {
  std::size_t size = options.dtype().itemsize();
  for (const std::int64_t extent : sizes) size *= static_cast<std::size_t>(extent);
  if (!options.device().is_cpu() || size < kGranule) return at::empty(sizes, options);
  const Block block = store().take((size + kGranule - 1) / kGranule * kGranule);
  return at::from_blob(
      block.data, sizes, [block](void*) { store().give(block); }, options);
}

at::Tensor copy_recycled(const at::Tensor& tensor) {
  const at::Tensor copy = empty_recycled(tensor.sizes(), tensor.options());
  if (tensor.is_non_overlapping_and_dense()) {
    if (tensor.numel() > 0) std::memcpy(copy.data_ptr(), tensor.data_ptr(), tensor.nbytes());
    return copy.as_strided(tensor.sizes(), tensor.strides());
  }
  in_blocks(tensor.unsqueeze(-1), copy.unsqueeze(-1),
            [](const at::Tensor& from, const at::Tensor& to) { to.copy_(from); });
  return copy;
}

std::size_t recycled_bytes() { return store().bytes(); }

}  // namespace sconce::ops
