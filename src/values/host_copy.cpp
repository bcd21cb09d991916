#include "values/host_copy.h"

#include <ATen/ATen.h>

#include <mutex>
#include <optional>

#include "torch_ops/recycled_memory.h"
#include "values/device_event.h"

namespace sconce {

struct HostCopy::State {
  bool deferred = false;
  at::Tensor values;
  at::Tensor device_values;  // alive until the copy has read them
  std::mutex mutex;
  std::optional<DeviceEvent> copied;
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

}  // namespace

HostCopy::HostCopy(const at::Tensor& computed, const at::Tensor& original) : state_(std::make_shared<State>()) {
  const at::Tensor values = dense(computed);
  if (values.device().is_cpu()) {
    state_->values = values.is_alias_of(original) ? ops::copy_recycled(values) : values;
    return;
  }
  const c10::Stream stream = current_stream(values);
  state_->deferred = true;
  state_->device_values = values;
  state_->values = host_buffer(values);
  state_->values.copy_(values, /*non_blocking=*/true);
  state_->copied.emplace(stream);
  reserve_for(stream, original);
}

bool HostCopy::is_deferred() const noexcept { return state_ != nullptr && state_->deferred; }

std::int64_t HostCopy::bytes() const noexcept {
  if (!defined()) {
    return 0;
  }
  const auto values = static_cast<std::int64_t>(state_->values.nbytes());
  return (state_->deferred ? 2 : 1) * (values + kTensorBytes);
}

const at::Tensor& HostCopy::get() const {
  static const at::Tensor none;
  if (!defined()) {
    return none;
  }
  const std::lock_guard<std::mutex> lock(state_->mutex);
  if (state_->copied) {
    state_->copied->wait();
    state_->copied.reset();
    state_->device_values.reset();
  }
  return state_->values;
}

}  // namespace sconce
