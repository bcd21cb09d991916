#include "values/host_copy.h"

#include <ATen/ATen.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <c10/core/Event.h>
#include <c10/core/impl/VirtualGuardImpl.h>

#include <algorithm>
#include <chrono>
#include <mutex>
#include <optional>
#include <thread>

#include "torch_ops/recycled_memory.h"

namespace sconce {

struct HostCopy::State {
  bool deferred = false;
  at::Tensor values;
  at::Tensor device_values;  // alive until the copy has read them
  std::mutex mutex;
  std::optional<c10::Event> copied;
};

namespace {

at::Tensor dense(const at::Tensor& values) {
  return values.is_non_overlapping_and_dense() ? values : values.contiguous();
}

/// CUDA copies without waiting only into pinned memory, which only a CUDA build can allocate. LibTorch keeps such
/// memory for the next copy, and hands a block out again only after the work of the streams that copied into it.
at::Tensor host_buffer(const at::Tensor& device_values) {
  return at::empty_strided(device_values.sizes(), device_values.strides(),
                           device_values.options().device(at::kCPU).pinned_memory(device_values.is_cuda()));
}

/// The caller may drop its tensor before `stream` has read it. Memory that belongs to another stream could then be
/// handed out there; the allocator has to be told, where it is one that keeps streams apart.
void reserve_for(const c10::Stream& stream, const at::Tensor& original) {
  static const auto record_stream = c10::Dispatcher::singleton().findSchemaOrThrow("aten::record_stream", "");
  if (record_stream.hasKernelForDispatchKey(original.options().computeDispatchKey())) {
    original.detach().record_stream(stream);
  }
}

/// c10::Event cannot be waited for in every LibTorch since 1.13, and where it can CUDA spins. Each question takes
/// a lock that launches take too, so they become rare: what is not there yet will mostly take a training step.
void wait_for(const c10::Event& event) {
  using std::chrono::microseconds;
  for (microseconds pause{50}; !event.query(); pause = std::min(2 * pause, microseconds{1000})) {
    std::this_thread::sleep_for(pause);
  }
}

}  // namespace

HostCopy::HostCopy(const at::Tensor& computed, const at::Tensor& original) : state_(std::make_shared<State>()) {
  const at::Tensor values = dense(computed);
  if (values.device().is_cpu()) {
    state_->values = values.is_alias_of(original) ? ops::copy_recycled(values) : values;
    return;
  }
  const c10::Stream stream = c10::impl::VirtualGuardImpl(values.device().type()).getStream(values.device());
  state_->deferred = true;
  state_->device_values = values;
  state_->values = host_buffer(values);
  state_->values.copy_(values, /*non_blocking=*/true);
  state_->copied.emplace(values.device().type());
  state_->copied->record(stream);
  reserve_for(stream, original);
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
    wait_for(*state_->copied);
    state_->copied.reset();
    state_->device_values.reset();
  }
  return state_->values;
}

}  // namespace sconce
