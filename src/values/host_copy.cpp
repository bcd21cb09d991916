#include "values/host_copy.h"

#include <ATen/ATen.h>
#include <c10/core/Event.h>
#include <c10/core/impl/VirtualGuardImpl.h>

#include <chrono>
#include <mutex>
#include <optional>
#include <thread>

namespace sconce {

struct HostCopy::State {
  bool deferred = false;
  at::Tensor values;
  at::Tensor device_values;  // alive until the copy has read them
  std::mutex mutex;
  std::optional<c10::Event> copied;
};

namespace {

/// CUDA copies without waiting only into pinned memory, which only a CUDA build can allocate.
at::Tensor host_buffer(const at::Tensor& device_values) {
  return at::empty(device_values.sizes(), device_values.options()
                                              .device(at::kCPU)
                                              .memory_format(at::MemoryFormat::Contiguous)
                                              .pinned_memory(device_values.is_cuda()));
}

}  // namespace

HostCopy::HostCopy(const at::Tensor& computed, const at::Tensor& original) : state_(std::make_shared<State>()) {
  if (computed.device().is_cpu()) {
    state_->values = computed.contiguous();
    if (state_->values.is_alias_of(original)) {
      state_->values = state_->values.clone();
    }
    return;
  }
  state_->deferred = true;
  state_->device_values = computed.contiguous();
  state_->values = host_buffer(computed);
  state_->values.copy_(state_->device_values, /*non_blocking=*/true);
  const c10::impl::VirtualGuardImpl device(computed.device().type());
  state_->copied.emplace(computed.device().type());
  state_->copied->record(device.getStream(computed.device()));
}

bool HostCopy::is_deferred() const noexcept { return state_ != nullptr && state_->deferred; }

std::int64_t HostCopy::bytes() const noexcept {
  constexpr std::int64_t kTensor = 768;  // a tensor's bookkeeping, and that of its copy
  if (!defined()) {
    return 0;
  }
  const auto values = static_cast<std::int64_t>(state_->values.nbytes());
  return (state_->deferred ? 2 : 1) * (values + kTensor);
}

const at::Tensor& HostCopy::get() const {
  static const at::Tensor none;
  if (!defined()) {
    return none;
  }
  const std::lock_guard<std::mutex> lock(state_->mutex);
  if (state_->copied) {
    // c10::Event can be asked but not waited for in every LibTorch since 1.13.
    while (!state_->copied->query()) {
      std::this_thread::sleep_for(std::chrono::microseconds(50));
    }
    state_->copied.reset();
    state_->device_values.reset();
  }
  return state_->values;
}

}  // namespace sconce
