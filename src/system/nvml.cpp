#include "system/nvml.h"

#include <dlfcn.h>
#include <unistd.h>

#include <algorithm>
#include <string>
#include <vector>

namespace sconce::system {
namespace {

// What is needed of NVML's documented interface.
using Device = struct nvmlDevice_st*;
using Return = int;
constexpr Return kSuccess = 0;
constexpr Return kInsufficientSize = 7;
enum Sensor { kGpuTemperature = 0 };
enum Clock { kSmClock = 1, kMemoryClock = 2 };
struct Utilization {
  unsigned int gpu;
  unsigned int memory;
};
struct MemoryInfo {
  unsigned long long total;
  unsigned long long free;
  unsigned long long used;
};
struct ProcessInfo {
  unsigned int pid;
  unsigned long long used_memory;
  unsigned int gpu_instance;
  unsigned int compute_instance;
};

/// Values of a GPU, by W&B's names.
class GpuMetrics {
 public:
  GpuMetrics(Metrics& metrics, std::size_t gpu, bool is_used)
      : metrics_(metrics), number_(std::to_string(gpu)), is_used_(is_used) {}

  void add(const char* name, double value) { metrics_.emplace_back("gpu." + number_ + "." + name, value); }
  void add_with_process(const char* name, double value) {
    add(name, value);
    if (is_used_) {
      metrics_.emplace_back("gpu.process." + number_ + "." + name, value);
    }
  }

 private:
  Metrics& metrics_;
  const std::string number_;
  const bool is_used_;
};

}  // namespace

/// A function that an old driver does not have is null.
struct Nvml::Library {
  Return (*init)();
  Return (*shutdown)();
  Return (*get_count)(unsigned int*);
  Return (*get_handle)(unsigned int, Device*);
  Return (*get_utilization)(Device, Utilization*);
  Return (*get_memory)(Device, MemoryInfo*);
  Return (*get_temperature)(Device, Sensor, unsigned int*);
  Return (*get_power)(Device, unsigned int*);
  Return (*get_power_limit)(Device, unsigned int*);
  Return (*get_clock)(Device, Clock, unsigned int*);
  Return (*get_processes)(Device, unsigned int*, ProcessInfo*);
  std::vector<Device> devices;

  bool load(void* handle);
  void find_devices();
  bool is_used(Device device) const;
  void sample_load(Device device, GpuMetrics& gpu) const;
  void sample_power(Device device, GpuMetrics& gpu) const;
  void sample_clocks(Device device, GpuMetrics& gpu) const;

  template <typename Function, typename... Arguments>
  static bool ask(Function function, Arguments... arguments) {
    return function != nullptr && function(arguments...) == kSuccess;
  }
};

bool Nvml::Library::load(void* handle) {
  const auto find = [&](auto& function, const char* name) {
    function = reinterpret_cast<std::remove_reference_t<decltype(function)>>(::dlsym(handle, name));
  };
  find(init, "nvmlInit_v2");
  find(shutdown, "nvmlShutdown");
  find(get_count, "nvmlDeviceGetCount_v2");
  find(get_handle, "nvmlDeviceGetHandleByIndex_v2");
  find(get_utilization, "nvmlDeviceGetUtilizationRates");
  find(get_memory, "nvmlDeviceGetMemoryInfo");
  find(get_temperature, "nvmlDeviceGetTemperature");
  find(get_power, "nvmlDeviceGetPowerUsage");
  find(get_power_limit, "nvmlDeviceGetEnforcedPowerLimit");
  find(get_clock, "nvmlDeviceGetClockInfo");
  find(get_processes, "nvmlDeviceGetComputeRunningProcesses_v3");
  if (get_processes == nullptr) {
    find(get_processes, "nvmlDeviceGetComputeRunningProcesses_v2");  // of the same form
  }
  return shutdown != nullptr && ask(init);
}

void Nvml::Library::find_devices() {
  unsigned int count = 0;
  ask(get_count, &count);
  for (unsigned int i = 0; i < count; ++i) {
    Device device = nullptr;
    devices.push_back(ask(get_handle, i, &device) ? device : nullptr);
  }
}

bool Nvml::Library::is_used(Device device) const {
  std::vector<ProcessInfo> processes(32);
  auto count = static_cast<unsigned int>(processes.size());
  if (get_processes == nullptr) {
    return false;
  }
  Return answer = get_processes(device, &count, processes.data());
  if (answer == kInsufficientSize) {
    processes.resize(count + 32);
    count = static_cast<unsigned int>(processes.size());
    answer = get_processes(device, &count, processes.data());
  }
  const auto own = static_cast<unsigned int>(::getpid());
  return answer == kSuccess && std::any_of(processes.begin(), processes.begin() + count,
                                           [&](const ProcessInfo& process) { return process.pid == own; });
}

void Nvml::Library::sample_load(Device device, GpuMetrics& gpu) const {
  if (Utilization use{}; ask(get_utilization, device, &use)) {
    gpu.add_with_process("gpu", use.gpu);
    gpu.add_with_process("memory", use.memory);
  }
  if (MemoryInfo memory{}; ask(get_memory, device, &memory) && memory.total > 0) {
    const auto used = static_cast<double>(memory.used);
    gpu.add_with_process("memoryAllocated", 100 * used / static_cast<double>(memory.total));
    gpu.add_with_process("memoryAllocatedBytes", used);
  }
  if (unsigned int celsius = 0; ask(get_temperature, device, kGpuTemperature, &celsius)) {
    gpu.add_with_process("temp", celsius);
  }
}

void Nvml::Library::sample_power(Device device, GpuMetrics& gpu) const {
  unsigned int milliwatts = 0;
  unsigned int limit = 0;
  if (!ask(get_power, device, &milliwatts)) {
    return;
  }
  gpu.add_with_process("powerWatts", 1e-3 * milliwatts);
  if (ask(get_power_limit, device, &limit) && limit > 0) {
    gpu.add_with_process("enforcedPowerLimitWatts", 1e-3 * limit);
    gpu.add_with_process("powerPercent", 100.0 * milliwatts / limit);
  }
}

void Nvml::Library::sample_clocks(Device device, GpuMetrics& gpu) const {
  if (unsigned int megahertz = 0; ask(get_clock, device, kSmClock, &megahertz)) {
    gpu.add("smClock", megahertz);
  }
  if (unsigned int megahertz = 0; ask(get_clock, device, kMemoryClock, &megahertz)) {
    gpu.add("memoryClock", megahertz);
  }
}

/// The library stays loaded: what it leaves behind at exit may need it.
Nvml::Nvml(const char* library) {
  void* const handle = ::dlopen(library, RTLD_LAZY | RTLD_LOCAL);
  if (handle == nullptr) {
    return;
  }
  auto loaded = std::make_unique<Library>();
  if (loaded->load(handle)) {
    library_ = std::move(loaded);
    library_->find_devices();
  }
}

Nvml::~Nvml() {
  if (library_ != nullptr) {
    library_->shutdown();
  }
}

void Nvml::sample(Metrics& metrics) const {
  if (library_ == nullptr) {
    return;
  }
  for (std::size_t i = 0; i < library_->devices.size(); ++i) {
    if (Device device = library_->devices[i]; device != nullptr) {
      GpuMetrics gpu(metrics, i, library_->is_used(device));
      library_->sample_load(device, gpu);
      library_->sample_power(device, gpu);
      library_->sample_clocks(device, gpu);
    }
  }
}

}  // namespace sconce::system
