#pragma once

#include <memory>

#include "system/metrics.h"

namespace sconce::system {

/// NVIDIA's GPUs, by the driver's library, which is looked for at run time: where there is none, there are no
/// GPUs. Not thread-safe.
class Nvml {
 public:
  /// Loading may take the driver a second.
  explicit Nvml(const char* library = "libnvidia-ml.so.1");
  ~Nvml();
  Nvml(const Nvml&) = delete;
  Nvml& operator=(const Nvml&) = delete;

  /// Of every GPU what it tells: gpu.<i>.*, and the same as gpu.process.<i>.* where this process computes on it.
  void sample(Metrics& metrics) const;

 private:
  struct Library;
  std::unique_ptr<Library> library_;
};

}  // namespace sconce::system
