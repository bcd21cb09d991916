#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>

#include "system/metrics.h"

namespace sconce::system {

/// Bytes of main memory.
struct Memory {
  double total = 0;
  double available = 0;
};

/// None where the system does not tell.
std::optional<Memory> read_memory(const std::filesystem::path& proc);

/// Memory, disk and network of the whole machine. What was moved is counted from when the object was made. What
/// the system does not tell is left out. Not thread-safe.
class MachineMetrics {
 public:
  /// proc: where Linux has its files about itself.
  explicit MachineMetrics(std::filesystem::path proc = "/proc");

  void sample(Metrics& metrics) const;

 private:
  /// Bytes that came in and went out.
  struct Moved {
    double in = 0;
    double out = 0;
  };

  Moved network() const;
  /// By the name of the device.
  std::map<std::string, Moved> disks() const;

  std::filesystem::path proc_;
  Moved network_at_start_;
  std::map<std::string, Moved> disks_at_start_;
};

}  // namespace sconce::system
