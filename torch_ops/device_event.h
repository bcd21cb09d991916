#pragma once

#include <mutex>

#include <ATen/core/Tensor.h>
#include <c10/core/Event.h>
#include <c10/core/Stream.h>

namespace sconce::ops {

/// The moment at which an accelerator has done what its stream was given. Thread-safe.
class DeviceEvent {
 public:
  /// Behind all that is enqueued on the stream by now.
  explicit DeviceEvent(const c10::Stream& stream);

  /// Asks, without waiting. Throws what the device reports.
  bool is_done() const;
  /// Waits, asleep. Throws what the device reports.
  void wait() const;
  /// Has a stream of the same device wait; the calling thread goes on.
  void block(const c10::Stream& stream) const;
  const c10::Stream& stream() const noexcept { return stream_; }

 private:
  const c10::Stream stream_;
  mutable std::mutex mutex_;
  c10::Event event_;
};

/// The stream that is current on this thread for the tensor's device.
c10::Stream current_stream(const at::Tensor& tensor);

/// A stream of LibTorch's pool for work beside `stream`, on its device; of a kind of device that has no pool, the
/// same one.
c10::Stream stream_beside(const c10::Stream& stream);

/// The tensor may be dropped before `stream` has read it. Memory that belongs to another stream could then be
/// handed out there; the allocator is told, where it is one that keeps streams apart.
void reserve_for(const c10::Stream& stream, const at::Tensor& tensor);

}  // namespace sconce::ops
