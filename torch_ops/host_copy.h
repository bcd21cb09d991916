#pragma once

#include <cstdint>
#include <memory>

#include <ATen/core/Tensor.h>

namespace sconce::ops {

/// What a tensor takes beside its values: its bookkeeping, and that of its copy.
constexpr std::int64_t kTensorBytes = 768;

/// Memory of the host, not filled, for copies to and from this device that nobody waits for. CUDA makes such
/// copies only with pinned memory, which only a CUDA build can allocate. LibTorch keeps it for the next copy, and
/// hands a block out again only after the work of the streams that copied to or from it.
at::Tensor empty_for_copies(at::IntArrayRef sizes, at::ScalarType dtype, const at::Device& device);

/// Enqueues a copy to the device on its current stream. values: in memory of empty_for_copies().
at::Tensor copy_to(const at::Device& device, const at::Tensor& values);

/// A tensor's values on their way to host memory. On the CPU they are there; from an accelerator the copy is
/// enqueued on the current stream, behind whatever computes the values, and an event tells when it is done: nobody
/// waits until the values are needed. Cheap to copy; get() may be called from any thread.
class HostCopy {
 public:
  HostCopy() = default;
  /// Takes the values of `computed` as they are now. `original`: the caller's tensor that computed came from;
  /// where both share memory the values are copied, since the caller may write to it.
  explicit HostCopy(const at::Tensor& computed, const at::Tensor& original);
  /// Of values that nobody writes to any more; on the CPU they are taken without a copy.
  explicit HostCopy(const at::Tensor& computed);

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

}  // namespace sconce::ops
