#include "fake_device.h"

#include <ATen/ATen.h>
#include <ATen/EmptyTensor.h>
#include <ATen/NativeFunctions.h>
#include <ATen/native/CPUFallback.h>
#include <c10/core/Allocator.h>
#include <c10/core/impl/DeviceGuardImplInterface.h>
#include <torch/library.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstring>
#include <limits>
#include <memory>
#include <mutex>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "fake_queue.h"

namespace sconce::fake {
namespace {

constexpr at::DeviceType kType = at::DeviceType::PrivateUse1;
constexpr int kPoison = 0xA5;

Queue& queue() {
  static auto& instance = *new Queue;  // never destroyed: tensors and events may outlive any static
  return instance;
}

std::array<std::atomic<std::int64_t>, kStreams> operation_counts{};
std::atomic<std::int64_t> allocated{0};
std::atomic<std::int64_t> memory{std::numeric_limits<std::int64_t>::max()};
std::atomic<bool> streams_refused{false};
std::atomic<Fault> fault{Fault::None};
std::mutex reservations_mutex;
std::vector<std::pair<const void*, c10::Stream>> reservations;  // of storages

thread_local std::size_t current_stream = 0;
thread_local int kernel_depth = 0;

/// What a kernel moves to get its work done on the CPU is not the caller's waiting.
struct InsideKernel {
  InsideKernel() { ++kernel_depth; }
  ~InsideKernel() { --kernel_depth; }
};

void synchronize_unless_inside() {
  if (kernel_depth == 0) queue().synchronize();
}

void count_operation(std::size_t stream) { ++operation_counts[stream]; }

void fail_from(Fault least) {
  TORCH_CHECK(fault < least, least == Fault::Kernels ? "a kernel failed" : "the device is lost");
}

std::size_t index_of(const c10::Stream& stream) { return static_cast<std::size_t>(stream.id()); }
c10::Stream stream_of(std::size_t index) {
  return c10::Stream(c10::Stream::UNSAFE, device(), static_cast<c10::StreamId>(index));
}
const EventPtr& event_of(void* event) { return *static_cast<EventPtr*>(event); }

// Neither class says override: LibTorch 1.13 lacks some of these functions, and allocate() lost its const in 2.3.
// A function that a release does not know is just never called there.
struct HostAllocator : c10::Allocator {
  struct Block {
    std::size_t bytes;
    std::unique_ptr<char[]> data;
  };
  static void free(Block* block) {
    allocated -= static_cast<std::int64_t>(block->bytes);
    delete block;
  }
  c10::DataPtr allocate(std::size_t bytes) const {
    TORCH_CHECK_WITH(OutOfMemoryError, allocated + static_cast<std::int64_t>(bytes) <= memory, "no room for ",
                     bytes, " bytes");
    allocated += static_cast<std::int64_t>(bytes);
    auto* const block = new Block{bytes, std::unique_ptr<char[]>(new char[bytes])};
    return {block->data.get(), block, [](void* context) { free(static_cast<Block*>(context)); }, device()};
  }
  c10::DataPtr allocate(std::size_t bytes) { return std::as_const(*this).allocate(bytes); }
  void copy_data(void* to, const void* from, std::size_t bytes) const { std::memcpy(to, from, bytes); }
};
struct LaterGuardFunctions : c10::impl::DeviceGuardImplInterface {
  void synchronizeEvent(void* event) const { queue().wait(event_of(event)); }
  void synchronizeDevice(const c10::DeviceIndex) const { queue().synchronize(); }
};

struct FakeGuard final : LaterGuardFunctions {
  c10::DeviceType type() const override { return kType; }
  c10::Device exchangeDevice(c10::Device) const override { return device(); }
  c10::Device getDevice() const override { return device(); }
  void setDevice(c10::Device) const override {}
  void uncheckedSetDevice(c10::Device) const noexcept override {}
  c10::DeviceIndex deviceCount() const noexcept override { return 1; }

  c10::Stream getStream(c10::Device) const noexcept override { return stream_of(current_stream); }
  c10::Stream getDefaultStream(c10::Device) const override { return stream_of(0); }
  c10::Stream getStreamFromGlobalPool(c10::Device, bool) const override {
    TORCH_CHECK(!streams_refused, "there is no pool of streams");
    static std::atomic<std::size_t> taken{0};
    return stream_of(1 + taken++ % (kStreams - 1));
  }
  c10::Stream exchangeStream(c10::Stream stream) const noexcept override {
    return stream_of(std::exchange(current_stream, index_of(stream)));
  }
  bool queryStream(const c10::Stream& stream) const override { return queue().is_idle(index_of(stream)); }
  void synchronizeStream(const c10::Stream&) const override { queue().synchronize(); }

  void record(void** event, const c10::Stream& stream, c10::DeviceIndex, c10::EventFlag) const override {
    count_operation(index_of(stream));
    if (*event == nullptr) *event = new EventPtr(std::make_shared<EventState>());
    queue().record(event_of(*event), index_of(stream));
  }
  void block(void* event, const c10::Stream& stream) const override {
    queue().block(event_of(event), index_of(stream));
  }
  bool queryEvent(void* event) const override {
    fail_from(Fault::Everything);
    return queue().query(event_of(event));
  }
  void destroyEvent(void* event, const c10::DeviceIndex) const noexcept override {
    delete static_cast<EventPtr*>(event);
  }
};

HostAllocator allocator;
REGISTER_ALLOCATOR(c10::DeviceType::PrivateUse1, &allocator)
C10_REGISTER_GUARD_IMPL(PrivateUse1, FakeGuard)

/// The same bytes as a CPU tensor, as long as the tensor lives.
at::Tensor on_cpu(const at::Tensor& tensor) {
  if (tensor.is_cpu()) return tensor;
  return at::from_blob(tensor.data_ptr(), tensor.sizes(), tensor.strides(), tensor.options().device(at::kCPU));
}

at::Tensor empty(at::IntArrayRef size, c10::optional<at::ScalarType> dtype, c10::optional<at::Layout>,
                 c10::optional<at::Device>, c10::optional<bool>, c10::optional<at::MemoryFormat> memory_format) {
  return at::detail::empty_generic(size, &allocator, c10::DispatchKeySet(c10::DispatchKey::PrivateUse1),
                                   c10::dtype_or_default(dtype), memory_format);
}

at::Tensor empty_strided(at::IntArrayRef size, at::IntArrayRef stride, c10::optional<at::ScalarType> dtype,
                         c10::optional<at::Layout>, c10::optional<at::Device>, c10::optional<bool>) {
  return at::detail::empty_strided_generic(
      size, stride, &allocator, c10::DispatchKeySet(c10::DispatchKey::PrivateUse1), c10::dtype_or_default(dtype));
}

/// As a device does: dtype and layout are converted before the copy, and what later kernels do to the source no
/// longer matters to it.
void enqueue_copy(const at::Tensor& host, const at::Tensor& source) {
  const at::Tensor bytes = at::empty(host.sizes(), host.options().requires_grad(false)).copy_(on_cpu(source));
  const at::Tensor poison = at::empty_like(bytes);
  if (poison.nbytes() != 0) std::memset(poison.data_ptr(), kPoison, poison.nbytes());
  host.copy_(poison);
  queue().enqueue(current_stream, [host, bytes] {
    const at::AutoDispatchBelowADInplaceOrView guard;  // release() comes from outside the dispatcher
    host.copy_(bytes);
    return true;
  });
}

at::Tensor& copy_(at::Tensor& self, const at::Tensor& source, bool non_blocking) {
  const bool to_host = self.is_cpu();
  const bool on_device = !to_host && !source.is_cpu();
  if (kernel_depth == 0) {
    fail_from(Fault::Everything);
    count_operation(current_stream);
  }
  if (to_host && non_blocking && kernel_depth == 0) {
    enqueue_copy(self, source);
    return self;
  }
  if (!on_device && !non_blocking) synchronize_unless_inside();
  on_cpu(self).copy_(on_cpu(source));
  return self;
}

at::Tensor copy_from(const at::Tensor& self, const at::Tensor& target, bool non_blocking) {
  at::Tensor result = target;
  return copy_(result, self, non_blocking);
}

at::Tensor copy_from_and_resize(const at::Tensor& self, const at::Tensor& target) {
  target.resize_(self.sizes());
  return copy_from(self, target, false);
}

void record_stream(at::Tensor& self, at::Stream stream) {
  const std::lock_guard<std::mutex> lock(reservations_mutex);
  reservations.emplace_back(self.storage().unsafeGetStorageImpl(), stream);
}

at::Scalar local_scalar_dense(const at::Tensor& self) {
  synchronize_unless_inside();
  return on_cpu(self).item();
}

/// The host waits for a device to tell it how large these results are, or what they are.
bool answers_to_the_host(const std::string& name) {
  static const std::array<const char*, 6> kNames = {"aten::nonzero",  "aten::masked_select", "aten::equal",
                                                    "aten::bincount", "aten::_unique",       "aten::_unique2"};
  return std::find(kNames.begin(), kNames.end(), name) != kNames.end();
}

/// The indices of index() and index_put_(), which 1.13's cpu_fallback leaves where they are.
c10::List<c10::optional<at::Tensor>> indices_on_cpu(const c10::List<c10::optional<at::Tensor>>& indices) {
  c10::List<c10::optional<at::Tensor>> result;
  for (const c10::optional<at::Tensor> index : indices) {
    const bool given = index.has_value() && index->defined();
    result.push_back(given ? c10::optional<at::Tensor>(on_cpu(*index)) : index);
  }
  return result;
}

void fallback(const c10::OperatorHandle& op, torch::jit::Stack* stack) {
  if (answers_to_the_host(op.schema().name())) synchronize_unless_inside();
  if (kernel_depth == 0) {
    fail_from(Fault::Kernels);
    count_operation(current_stream);
  }
  const InsideKernel inside;
  for (auto argument = stack->end() - op.schema().arguments().size(); argument != stack->end(); ++argument) {
    if (argument->isOptionalTensorList()) *argument = indices_on_cpu(argument->toOptionalTensorList());
  }
  at::native::cpu_fallback(op, stack);
}

TORCH_LIBRARY_IMPL(aten, PrivateUse1, m) {
  m.impl("empty.memory_format", &empty);
  m.impl("empty_strided", &empty_strided);
  m.impl("copy_", &copy_);
  m.impl("_copy_from", &copy_from);
  m.impl("_copy_from_and_resize", &copy_from_and_resize);
  m.impl("_local_scalar_dense", &local_scalar_dense);
  m.impl("record_stream", &record_stream);
  // These only rearrange sizes, strides and storage: the CPU's functions serve any strided tensor.
  m.impl("as_strided", &at::native::as_strided_tensorimpl);
  m.impl("view", static_cast<at::Tensor (*)(const at::Tensor&, at::IntArrayRef)>(&at::native::view));
  m.impl("_reshape_alias", &at::native::_reshape_alias);
  m.impl("unfold", &at::native::unfold);
  m.impl("resize_", &at::native::resize_);
  m.impl("set_", &at::native::set_cpu_);
  m.impl("set_.source_Tensor", &at::native::set_tensor_);
  m.impl("set_.source_Storage_storage_offset", &at::native::set_storage_cpu_);
}
TORCH_LIBRARY_IMPL(_, PrivateUse1, m) { m.fallback(torch::CppFunction::makeFromBoxedFunction<&fallback>()); }

}  // namespace

bool available() { return dynamic_cast<const FakeGuard*>(c10::impl::getDeviceGuardImpl(kType)) != nullptr; }
at::Device device() { return at::Device(kType, 0); }
void hold() { queue().hold(0, kStreams); }
void hold(const c10::Stream& stream) { queue().hold(index_of(stream), index_of(stream) + 1); }
void release() { queue().release(); }
std::int64_t synchronizations() { return queue().synchronizations(); }
std::int64_t operations() {
  return std::accumulate(operation_counts.begin(), operation_counts.end(), std::int64_t{0});
}
std::int64_t operations_on(const c10::Stream& stream) { return operation_counts[index_of(stream)]; }
std::int64_t allocated_bytes() { return allocated; }
void have_memory(std::int64_t bytes) { memory = bytes; }
void refuse_streams() { streams_refused = true; }
void set_fault(Fault next) { fault = next; }
bool is_reserved(const at::Tensor& tensor, const c10::Stream& stream) {
  const std::pair<const void*, c10::Stream> sought(tensor.storage().unsafeGetStorageImpl(), stream);
  const std::lock_guard<std::mutex> lock(reservations_mutex);
  return std::find(reservations.begin(), reservations.end(), sought) != reservations.end();
}
bool await_waiter() { return queue().await_waiter(); }
void reset() {
  queue().reset();
  for (auto& count : operation_counts) count = 0;
  have_memory(std::numeric_limits<std::int64_t>::max());
  streams_refused = false;
  set_fault(Fault::None);
  const std::lock_guard<std::mutex> lock(reservations_mutex);
  reservations.clear();
}

at::Tensor to_device(const at::Tensor& tensor) {
  const InsideKernel inside;
  return tensor.to(device());
}

}  // namespace sconce::fake
