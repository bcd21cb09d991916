#pragma once

#include <cstdint>
#include <memory>

#include <ATen/core/Tensor.h>
#include <c10/core/Stream.h>

#include "torch_ops/host_copy.h"

namespace sconce {
namespace ops {
class DeviceEvent;
}

/// Pixels on an accelerator, which may still be computing them. Nothing is enqueued for them but an event, until
/// somebody puts work behind that, on another stream. Cheap to copy, thread-safe.
class DevicePixels {
 public:
  DevicePixels() = default;
  /// computed: [H,W,C] or [N,H,W,C], just enqueued on the stream that is current for its device. original: the
  /// caller's tensor that it came from; where both share memory it is copied there, since the caller may write.
  DevicePixels(const at::Tensor& computed, const at::Tensor& original);
  /// A picture of a batch. It shares the batch's event, and its memory until all of its pictures are gone.
  DevicePixels picture(std::int64_t i) const;

  bool defined() const noexcept { return pixels_.defined(); }
  const at::Tensor& tensor() const noexcept { return pixels_; }  ///< its numbers may not be there yet
  std::int64_t bytes() const { return static_cast<std::int64_t>(pixels_.nbytes()); }
  bool are_there() const;             ///< asks, and throws what the device reports
  void wait() const;                  ///< asleep; throws what the device reports
  const c10::Stream& stream() const;  ///< that they are computed on
  /// For work on `stream`, which is made to wait for them and keeps their memory.
  const at::Tensor& on(const c10::Stream& stream) const;
  /// Enqueues their copy to the host on `stream`.
  ops::HostCopy copy_on(const c10::Stream& stream) const;

 private:
  at::Tensor pixels_;
  std::shared_ptr<const ops::DeviceEvent> computed_;
};

}  // namespace sconce
