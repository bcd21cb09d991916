#pragma once

#include <cstdint>
#include <memory>

#include <ATen/core/Tensor.h>

namespace sconce {

/// What a tensor takes beside its values: its bookkeeping, and that of its copy.
constexpr std::int64_t kTensorBytes = 768;

/// A tensor's values on their way to host memory. On the CPU they are there; from an accelerator the copy is
/// enqueued on the current stream, behind whatever computes the values, and an event tells when it is done: nobody
/// waits until the values are needed. Cheap to copy; get() may be called from any thread.
class HostCopy {
 public:
  HostCopy() = default;
  /// Takes the values of `computed` as they are now. `original`: the caller's tensor that computed came from;
  /// where both share memory the values are copied, since the caller may write to it.
  explicit HostCopy(const at::Tensor& computed, const at::Tensor& original);

  bool defined() const noexcept { return state_ != nullptr; }
  /// The values come from an accelerator: looking at them on the caller's thread would mean waiting.
  bool is_deferred() const noexcept;
  /// The values on the CPU, in computed's order of memory if that was dense, else contiguous; undefined if there
  /// are none. Waits for the copy. Throws what the device reports.
  const at::Tensor& get() const;
  /// Memory that it takes, of the host and of the device.
  std::int64_t bytes() const noexcept;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace sconce
