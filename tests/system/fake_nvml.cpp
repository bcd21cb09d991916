// As much of libnvidia-ml.so.1 as sconce asks for: three GPUs. This process computes on the first one, the second
// one tells little, and the third one is lost.

#include <unistd.h>

#include <cstring>

extern "C" {

struct nvmlDevice_st {
  unsigned int number;
};
struct Utilization {
  unsigned int gpu, memory;
};
struct Memory {
  unsigned long long total, free, used;
};
struct Process {
  unsigned int pid;
  unsigned long long memory;
  unsigned int gpu_instance, compute_instance;
};

enum { kSuccess = 0, kNotSupported = 3, kInsufficientSize = 7, kGpuIsLost = 15 };

static nvmlDevice_st devices[2] = {{0}, {1}};
static int open_count = 0;

int fake_nvml_open_count() { return open_count; }
int nvmlInit_v2() { return ++open_count, kSuccess; }
int nvmlShutdown() { return --open_count, kSuccess; }
int nvmlDeviceGetCount_v2(unsigned int* count) { return *count = 3, kSuccess; }

int nvmlDeviceGetHandleByIndex_v2(unsigned int i, nvmlDevice_st** device) {
  if (i == 2) {
    return kGpuIsLost;
  }
  *device = &devices[i];
  return kSuccess;
}

int nvmlDeviceGetUtilizationRates(nvmlDevice_st* device, Utilization* use) {
  *use = {40 + device->number, 10 + device->number};
  return kSuccess;
}

int nvmlDeviceGetMemoryInfo(nvmlDevice_st* device, Memory* memory) {
  if (device->number == 1) {
    return kNotSupported;
  }
  *memory = {80ULL << 30, 60ULL << 30, 20ULL << 30};
  return kSuccess;
}

int nvmlDeviceGetTemperature(nvmlDevice_st*, int sensor, unsigned int* celsius) {
  return sensor == 0 ? (*celsius = 65, kSuccess) : kNotSupported;
}

int nvmlDeviceGetPowerUsage(nvmlDevice_st* device, unsigned int* milliwatts) {
  return device->number == 0 ? (*milliwatts = 350'500, kSuccess) : kNotSupported;
}

int nvmlDeviceGetEnforcedPowerLimit(nvmlDevice_st*, unsigned int* milliwatts) {
  return *milliwatts = 701'000, kSuccess;
}

int nvmlDeviceGetClockInfo(nvmlDevice_st*, int clock, unsigned int* megahertz) {
  constexpr int kSm = 1, kMemory = 2;
  *megahertz = clock == kSm ? 1980 : clock == kMemory ? 2619 : 0;
  return *megahertz > 0 ? kSuccess : kNotSupported;
}

// More processes than a caller is likely to have room for, this one last.
int nvmlDeviceGetComputeRunningProcesses_v3(nvmlDevice_st* device, unsigned int* count, Process* processes) {
  constexpr unsigned int kProcesses = 50;
  const unsigned int room = *count;
  *count = kProcesses;
  if (room < kProcesses) {
    return kInsufficientSize;
  }
  for (unsigned int i = 0; i < kProcesses; ++i) {
    processes[i] = {1, 0, 0, 0};
  }
  if (device->number == 0) {
    processes[kProcesses - 1].pid = static_cast<unsigned int>(::getpid());
  }
  return kSuccess;
}
}
