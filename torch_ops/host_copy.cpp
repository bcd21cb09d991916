#include "torch_ops/host_copy.h"

#include <ATen/ATen.h>

#include <mutex>
#include <optional>

#include "torch_ops/device_event.h"
#include "torch_ops/recycled_memory.h"

namespace sconce::ops {

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

}  // namespace

at::Tensor empty_for_copies(at::IntArrayRef sizes, at::ScalarType dtype, const at::Device& device) {
  return at::empty(sizes, at::TensorOptions(dtype).pinned_memory(device.is_cuda()));
}

at::Tensor copy_to(const at::Device& device, const at::Tensor& values) {
  return values.to(device, values.scalar_type(), /*non_blocking=*/true);
}

HostCopy::HostCopy(const at::Tensor& computed, const at::Tensor& original) : HostCopy(dense(computed)) {
  if (is_deferred()) {
    reserve_for(current_stream(computed), original);
  } else if (state_->values.is_alias_of(original)) {
    state_->values = copy_recycled(state_->values);
  }
}

HostCopy::HostCopy(const at::Tensor& computed) : state_(std::make_shared<State>()) {
  const at::Tensor values = dense(computed);
  if (values.device().is_cpu()) {
    state_->values = values;
    return;
  }
  state_->deferred = true;
  state_->device_values = values;
  state_->values = empty_for_copies({values.numel()}, values.scalar_type(), values.device())
                       .as_strided(values.sizes(), values.strides());
  state_->values.copy_(values, /*non_blocking=*/true);
  state_->copied.emplace(current_stream(values));
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

}  // namespace sconce::ops
