#include "system/nvml.h"

#include <dlfcn.h>
#include <gtest/gtest.h>

#include <map>

namespace sconce::system {
namespace {

int open_count() {
  void* const library = ::dlopen(SCONCE_FAKE_NVML, RTLD_LAZY | RTLD_LOCAL);
  return reinterpret_cast<int (*)()>(::dlsym(library, "fake_nvml_open_count"))();
}

TEST(Nvml, TellsOfEveryGpuWhatItTells) {
  Metrics metrics;
  Nvml(SCONCE_FAKE_NVML).sample(metrics);
  const std::map<std::string, double> wanted{
      {"gpu.0.gpu", 40},
      {"gpu.0.memory", 10},
      {"gpu.0.memoryAllocated", 25},
      {"gpu.0.memoryAllocatedBytes", 20.0 * (1 << 30)},
      {"gpu.0.temp", 65},
      {"gpu.0.powerWatts", 350.5},
      {"gpu.0.enforcedPowerLimitWatts", 701},
      {"gpu.0.powerPercent", 50},
      {"gpu.0.smClock", 1980},
      {"gpu.0.memoryClock", 2619},
      {"gpu.process.0.gpu", 40},
      {"gpu.process.0.memory", 10},
      {"gpu.process.0.memoryAllocated", 25},
      {"gpu.process.0.memoryAllocatedBytes", 20.0 * (1 << 30)},
      {"gpu.process.0.temp", 65},
      {"gpu.process.0.powerWatts", 350.5},
      {"gpu.process.0.enforcedPowerLimitWatts", 701},
      {"gpu.process.0.powerPercent", 50},
      {"gpu.1.gpu", 41},
      {"gpu.1.memory", 11},
      {"gpu.1.temp", 65},
      {"gpu.1.smClock", 1980},
      {"gpu.1.memoryClock", 2619},
  };
  EXPECT_EQ((std::map<std::string, double>(metrics.begin(), metrics.end())), wanted);
  EXPECT_EQ(metrics.size(), wanted.size());
}

TEST(Nvml, IsShutDownWithTheObject) {
  {
    const Nvml nvml(SCONCE_FAKE_NVML);
    EXPECT_EQ(open_count(), 1);
  }
  EXPECT_EQ(open_count(), 0);
}

TEST(Nvml, TellsNothingWhereThereIsNoDriver) {
  Metrics metrics;
  Nvml("no such library.so").sample(metrics);
  EXPECT_TRUE(metrics.empty());
}

TEST(Nvml, TellsNothingOfAnotherLibrary) {
  Metrics metrics;
  Nvml("libc.so.6").sample(metrics);
  EXPECT_TRUE(metrics.empty());
}

}  // namespace
}  // namespace sconce::system
