#include "torch_ops/device_event.h"

#include <ATen/ATen.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <c10/core/impl/VirtualGuardImpl.h>
#include <c10/util/Exception.h>

#include <algorithm>
#include <chrono>
#include <thread>

namespace sconce::ops {

using c10::impl::VirtualGuardImpl;

DeviceEvent::DeviceEvent(const c10::Stream& stream) : stream_(stream), event_(stream.device_type()) {
  event_.record(stream);
}

bool DeviceEvent::is_done() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return event_.query();
}

/// c10::Event cannot be waited for in every LibTorch since 1.13, and where it can CUDA spins. Each question takes
/// a lock that launches take too, so they become rare, and yet none comes much later than a quarter of the whole
/// wait.
void DeviceEvent::wait() const {
  using std::chrono::microseconds;
  for (microseconds pause{50}; !is_done(); pause = std::min(pause + pause / 4, microseconds{1000})) {
    std::this_thread::sleep_for(pause);
  }
}

void DeviceEvent::block(const c10::Stream& stream) const {
  const std::lock_guard<std::mutex> lock(mutex_);
  event_.block(stream);
}

c10::Stream current_stream(const at::Tensor& tensor) {
  return VirtualGuardImpl(tensor.device().type()).getStream(tensor.device());
}

c10::Stream stream_beside(const c10::Stream& stream) {
  const VirtualGuardImpl device(stream.device_type());
  try {
    const c10::Stream other = device.getStreamFromGlobalPool(stream.device());
    // The pool goes round: the next one is another.
    return other == stream ? device.getStreamFromGlobalPool(stream.device()) : other;
  } catch (const c10::Error&) {
    return stream;
  }
}

void reserve_for(const c10::Stream& stream, const at::Tensor& tensor) {
  static const auto record_stream = c10::Dispatcher::singleton().findSchemaOrThrow("aten::record_stream", "");
  if (record_stream.hasKernelForDispatchKey(tensor.options().computeDispatchKey())) {
    tensor.detach().record_stream(stream);
  }
}

}  // namespace sconce::ops
