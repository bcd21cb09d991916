#pragma once

#include <ATen/core/Tensor.h>
#include <c10/core/Device.h>
#include <c10/core/Stream.h>

#include <cstdint>

/// An accelerator without hardware, registered as c10::DeviceType::PrivateUse1: asynchronous code can be tested on
/// a machine that has no GPU, and its order of events is in the test's hand.
///
/// Memory of the device is host memory under another name. Kernels run at once, on the calling thread, through the
/// CPU's; what a program could notice of a device's being behind is emulated: a non-blocking copy to the host and
/// the events recorded after it stay in their stream's queue while the test holds the device.
namespace sconce::fake {

/// Whether PrivateUse1 is this device, and not another one that the program registered.
bool available();
at::Device device();

/// From here on the device gets nothing done. A non-blocking copy to the host fills its target with 0xA5 bytes
/// until it is performed, so that a read that did not wait gives wrong values every time.
void hold();
/// The same for one stream: what is recorded on another one is done at once.
void hold(const c10::Stream& stream);
/// Everything queued is performed, in order, and nothing is held any more.
void release();

/// hold() for a scope. Declare it after what waits for the device in its destructor: a test that fails half way
/// must not hang.
class Hold {
 public:
  Hold() { hold(); }
  ~Hold() { release(); }
  Hold(const Hold&) = delete;
  Hold& operator=(const Hold&) = delete;
};

/// How often a caller was made to wait for the device, held or not, since reset(): item(), a blocking copy to or
/// from the host, an op whose result only the host can size (nonzero), synchronizing a stream or the device. Held
/// work is performed for them, as a test would hang otherwise. Querying an event or waiting for it is not counted.
std::int64_t synchronizations();
/// How much was enqueued since reset(): kernels, copies to and from the device, events recorded. Each costs the
/// caller a launch.
std::int64_t operations();
/// Those of one stream: what was enqueued while it was current.
std::int64_t operations_on(const c10::Stream& stream);
/// Whether record_stream() was called for memory of the tensor and this stream since reset().
bool is_reserved(const at::Tensor& tensor, const c10::Stream& stream);
/// Blocks until some thread has found an event not done yet, by query() or by waiting for it, since the last
/// hold(). False if that did not come to pass within a minute.
bool await_waiter();
/// Memory of the device that tensors have, in bytes.
std::int64_t allocated_bytes();
/// The device has so many bytes in all: what does not fit in is refused with c10::OutOfMemoryError.
void have_memory(std::int64_t bytes);
/// Streams of the pool are refused, as by kinds of devices that have one stream.
void refuse_streams();
enum class Fault {
  None,
  Kernels,    ///< every kernel throws c10::Error("a kernel failed")
  Everything  ///< and every copy and every question about an event, as a device does that is lost
};
void set_fault(Fault fault);
/// release(), nothing is refused, nothing fails, and the counters and reservations start again.
void reset();

/// A copy on the device; never counted, nor held.
at::Tensor to_device(const at::Tensor& tensor);

}  // namespace sconce::fake
