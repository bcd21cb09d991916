#include "system/machine_metrics.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#ifdef __linux__
#include <sys/sysmacros.h>
#endif

#include <fstream>
#include <map>

#include "support/run_reader.h"

namespace sconce::system {
namespace {

namespace fs = std::filesystem;

class MachineMetricsTest : public testing::Test {
 protected:
  void write(const std::string& file, const std::string& text) const {
    fs::create_directories((folder_.path() / file).parent_path());
    std::ofstream(folder_.path() / file) << text;
  }
  static std::map<std::string, double> sample(const MachineMetrics& machine) {
    Metrics metrics;
    machine.sample(metrics);
    return {metrics.begin(), metrics.end()};
  }

  test::TemporaryFolder folder_;
};

TEST_F(MachineMetricsTest, MemoryIsWhatIsNotAvailable) {
  write("meminfo", "MemTotal:       8192 kB\nMemFree:  1 kB\nMemAvailable:    2048 kB\nHugePages_Total: 0\n");
  const auto metrics = sample(MachineMetrics(folder_.path()));
  EXPECT_EQ(metrics.at("memory_percent"), 75);
  EXPECT_EQ(metrics.at("proc.memory.availableMB"), 2);
}

TEST_F(MachineMetricsTest, TheNetworkCountsFromTheStart) {
  const std::string head = "Inter-|   Receive\n face |bytes    packets errs\n";
  write("net/dev",
        head + "    lo: 100 1 0 0 0 0 0 0 100 1 0 0 0 0 0 0\n  eth0:1000 9 0 0 0 0 0 0 500 9 0 0 0 0 0 0\n");
  const MachineMetrics machine(folder_.path());
  write("net/dev",
        head + "    lo: 150 1 0 0 0 0 0 0 150 1 0 0 0 0 0 0\n  eth0:3000 9 0 0 0 0 0 0 501 9 0 0 0 0 0 0\n");
  const auto metrics = sample(machine);
  EXPECT_EQ(metrics.at("network.recv"), 2050);
  EXPECT_EQ(metrics.at("network.sent"), 51);
}

#ifdef __linux__
TEST_F(MachineMetricsTest, TheDiskIsTheOneBelowTheRoot) {
  struct stat root {};
  ASSERT_EQ(::stat("/", &root), 0);
  const std::string number = std::to_string(major(root.st_dev)) + " " + std::to_string(minor(root.st_dev));
  const auto stats = [&](int read, int written) {
    return " 4094 77 other 1 0 8 0 1 0 8 0 0 0 0\n " + number + " sdx 9 9 " + std::to_string(read) + " 9 9 9 " +
           std::to_string(written) + " 9 0 0 0\n";
  };
  write("diskstats", stats(1000, 2000));
  const MachineMetrics machine(folder_.path());
  write("diskstats", stats(1000 + 2048, 2000 + 4096));
  const auto metrics = sample(machine);
  EXPECT_EQ(metrics.at("disk.sdx.in"), 1);
  EXPECT_EQ(metrics.at("disk.sdx.out"), 2);
  EXPECT_EQ(metrics.count("disk.other.in"), 0U);
}
#endif

TEST_F(MachineMetricsTest, DisksAreAllInAContainer) {
  write("diskstats", " 4094 7 loop0 1 0 8 0 1 0 8 0 0 0 0\n 4094 8 sda 1 0 8 0 1 0 8 0 0 0 0\n");
  const auto metrics = sample(MachineMetrics(folder_.path()));
  EXPECT_EQ(metrics.at("disk.sda.in"), 0);
  EXPECT_EQ(metrics.at("disk.sda.out"), 0);
  EXPECT_EQ(metrics.count("disk.loop0.in"), 0U);
}

TEST_F(MachineMetricsTest, WhatTheSystemDoesNotTellIsLeftOut) {
  const auto metrics = sample(MachineMetrics(folder_.path() / "nothing"));
  EXPECT_EQ(metrics.size(), 2U);
  EXPECT_GT(metrics.at("disk./.usageGB"), 0);
  EXPECT_GT(metrics.at("disk./.usagePercent"), 0);
  EXPECT_LE(metrics.at("disk./.usagePercent"), 100);
}

}  // namespace
}  // namespace sconce::system
