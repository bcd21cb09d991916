#include "system/machine_metrics.h"

#include <sys/stat.h>
#include <sys/statvfs.h>
#ifdef __linux__
#include <sys/sysmacros.h>
#endif

#include <fstream>
#include <sstream>
#include <utility>

namespace sconce::system {
namespace {

namespace fs = std::filesystem;

constexpr double kMiB = 1 << 20;
constexpr double kGiB = 1 << 30;
constexpr const char* kDisk = "/";  ///< the one that W&B's client samples

void add_disk_usage(Metrics& metrics) {
  struct statvfs disk {};
  if (::statvfs(kDisk, &disk) != 0 || disk.f_blocks == 0) {
    return;
  }
  const auto block = static_cast<double>(disk.f_frsize);
  const double used = block * static_cast<double>(disk.f_blocks - disk.f_bfree);
  const double free = block * static_cast<double>(disk.f_bavail);
  metrics.emplace_back("disk./.usagePercent", 100 * used / (used + free));
  metrics.emplace_back("disk./.usageGB", used / kGiB);
}

/// The number of the device that holds the disk's files, as /proc/diskstats has it.
std::string device_number() {
#ifdef __linux__
  struct stat disk {};
  if (::stat(kDisk, &disk) == 0) {
    return std::to_string(major(disk.st_dev)) + " " + std::to_string(minor(disk.st_dev));
  }
#endif
  return "";
}

bool is_in_memory(const std::string& device) {
  return device.rfind("loop", 0) == 0 || device.rfind("ram", 0) == 0 || device.rfind("zram", 0) == 0;
}

}  // namespace

std::optional<Memory> read_memory(const fs::path& proc) {
  constexpr double kKiB = 1024;
  Memory memory;
  std::ifstream in(proc / "meminfo");
  std::string unit;
  std::string name;
  for (double number = 0; in >> name >> number && std::getline(in, unit);) {
    if (name == "MemTotal:") {
      memory.total = number * kKiB;
    } else if (name == "MemAvailable:") {
      memory.available = number * kKiB;
    }
  }
  return memory.total > 0 ? std::optional<Memory>(memory) : std::nullopt;
}

MachineMetrics::MachineMetrics(fs::path proc)
    : proc_(std::move(proc)), network_at_start_(network()), disks_at_start_(disks()) {}

void MachineMetrics::sample(Metrics& metrics) const {
  if (const auto memory = read_memory(proc_)) {
    metrics.emplace_back("memory_percent", 100 * (memory->total - memory->available) / memory->total);
    metrics.emplace_back("proc.memory.availableMB", memory->available / kMiB);
  }
  add_disk_usage(metrics);
  for (const auto& [name, moved] : disks()) {
    const auto before = disks_at_start_.find(name);
    if (before != disks_at_start_.end()) {
      metrics.emplace_back("disk." + name + ".in", (moved.in - before->second.in) / kMiB);
      metrics.emplace_back("disk." + name + ".out", (moved.out - before->second.out) / kMiB);
    }
  }
  if (fs::exists(proc_ / "net/dev")) {
    const Moved moved = network();
    metrics.emplace_back("network.sent", moved.out - network_at_start_.out);
    metrics.emplace_back("network.recv", moved.in - network_at_start_.in);
  }
}

/// Of all interfaces, the machine's own included, as W&B's client counts.
MachineMetrics::Moved MachineMetrics::network() const {
  Moved all;
  std::ifstream in(proc_ / "net/dev");
  for (std::string line; std::getline(in, line);) {
    const std::size_t colon = line.find(':');
    if (colon == std::string::npos) {  // the table's head
      continue;
    }
    std::istringstream numbers(line.substr(colon + 1));
    Moved one;
    double other = 0;  // packets, errors and so on
    numbers >> one.in >> other >> other >> other >> other >> other >> other >> other >> one.out;
    all.in += one.in;
    all.out += one.out;
  }
  return all;
}

/// The device below the disk or, where no device has its number (in containers), all that are not in memory.
std::map<std::string, MachineMetrics::Moved> MachineMetrics::disks() const {
  constexpr double kSector = 512;  // whatever the device has
  std::map<std::string, Moved> below;
  std::map<std::string, Moved> all;
  const std::string wanted = device_number();
  std::ifstream in(proc_ / "diskstats");
  for (std::string line; std::getline(in, line);) {
    std::istringstream words(line);
    std::string major_number;
    std::string minor_number;
    std::string name;
    double other = 0;  // requests and times
    Moved moved;
    words >> major_number >> minor_number >> name >> other >> other >> moved.in >> other >> other >> other >>
        moved.out;
    moved = {moved.in * kSector, moved.out * kSector};
    if (words && !is_in_memory(name)) {
      all[name] = moved;
      if (major_number + " " + minor_number == wanted) {
        below[name] = moved;
      }
    }
  }
  return below.empty() ? all : below;
}

}  // namespace sconce::system
