#include "system/process_metrics.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <map>
#include <thread>

#include "support/run_reader.h"

namespace sconce::system {
namespace {

namespace fs = std::filesystem;

std::map<std::string, double> sample(ProcessMetrics& process) {
  Metrics metrics;
  process.sample(metrics);
  return {metrics.begin(), metrics.end()};
}

TEST(ProcessMetrics, ReadWhatLinuxTells) {
  const test::TemporaryFolder folder;
  fs::create_directories(folder.path() / "self");
  std::ofstream(folder.path() / "self/statm") << "9999 512 7 1 0 5 0";
  std::ofstream(folder.path() / "self/stat")
      << "77 (a ) name 3) S 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 23 0 18 19 20";
  std::ofstream(folder.path() / "meminfo") << "MemTotal: " << 512 * ::sysconf(_SC_PAGESIZE) / 256 << " kB\n";
  ProcessMetrics process(folder.path());
  const auto metrics = sample(process);
  EXPECT_EQ(metrics.at("proc.memory.rssMB"), 512.0 * static_cast<double>(::sysconf(_SC_PAGESIZE)) / (1 << 20));
  EXPECT_EQ(metrics.at("proc.memory.percent"), 25);
  EXPECT_EQ(metrics.at("proc.cpu.threads"), 23);
}

TEST(ProcessMetrics, TheProcessorsShareIsSinceTheSampleBefore) {
  ProcessMetrics process;
  sample(process);
  const std::clock_t start = std::clock();
  while (std::clock() - start < CLOCKS_PER_SEC / 10) {
  }
  const double busy = sample(process).at("cpu");
  EXPECT_GT(busy, 0);
  EXPECT_LE(busy, 110);
}

TEST(ProcessMetrics, WhatTheSystemDoesNotTellIsLeftOut) {
  ProcessMetrics process("/no/such/folder");
  const auto metrics = sample(process);
  EXPECT_EQ(metrics.size(), 1U);
  EXPECT_EQ(metrics.count("cpu"), 1U);
}

}  // namespace
}  // namespace sconce::system
