#pragma once

#include <chrono>
#include <filesystem>

#include "system/metrics.h"

namespace sconce::system {

/// What this process takes of processor and memory. What the system does not tell is left out. Not thread-safe.
class ProcessMetrics {
 public:
  /// proc: where Linux has its files about itself.
  explicit ProcessMetrics(std::filesystem::path proc = "/proc");

  /// The share of the processor is that since the sample before, or since the object was made.
  void sample(Metrics& metrics);

 private:
  void sample_cpu(Metrics& metrics);

  std::filesystem::path proc_;
  double cpu_seconds_;
  std::chrono::steady_clock::time_point last_;
};

}  // namespace sconce::system
