#include "system/process_metrics.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <sstream>
#include <thread>
#include <utility>

#include "system/machine_metrics.h"

namespace sconce::system {
namespace {

constexpr double kMiB = 1 << 20;

double cpu_seconds() {
  rusage use{};
  ::getrusage(RUSAGE_SELF, &use);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec);
  };
  return seconds(use.ru_utime) + seconds(use.ru_stime);
}

/// Of /proc/self/stat, whose second word is the program's name and may hold anything.
double thread_count(const std::filesystem::path& proc) {
  constexpr int kWordsBefore = 17;
  std::ifstream in(proc / "self/stat");
  const std::string text((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  std::istringstream words(text.substr(std::min(text.rfind(')'), text.size() - 1) + 1));
  std::string word;
  for (int i = 0; i < kWordsBefore; ++i) {
    words >> word;
  }
  double threads = 0;
  words >> threads;
  return threads;
}

}  // namespace

ProcessMetrics::ProcessMetrics(std::filesystem::path proc)
    : proc_(std::move(proc)), cpu_seconds_(cpu_seconds()), last_(std::chrono::steady_clock::now()) {}

void ProcessMetrics::sample(Metrics& metrics) {
  sample_cpu(metrics);
  double pages = 0;
  std::ifstream in(proc_ / "self/statm");
  if (in >> pages >> pages) {  // all of it, then what is in memory
    const double resident = pages * static_cast<double>(::sysconf(_SC_PAGESIZE));
    metrics.emplace_back("proc.memory.rssMB", resident / kMiB);
    if (const auto memory = read_memory(proc_)) {
      metrics.emplace_back("proc.memory.percent", 100 * resident / memory->total);
    }
  }
  if (const double threads = thread_count(proc_); threads > 0) {
    metrics.emplace_back("proc.cpu.threads", threads);
  }
}

void ProcessMetrics::sample_cpu(Metrics& metrics) {
  const auto now = std::chrono::steady_clock::now();
  const double seconds = cpu_seconds();
  const double passed = std::chrono::duration<double>(now - last_).count();
  const double processors = std::max(1U, std::thread::hardware_concurrency());
  if (passed > 0) {
    metrics.emplace_back("cpu", 100 * (seconds - cpu_seconds_) / passed / processors);
  }
  cpu_seconds_ = seconds;
  last_ = now;
}

}  // namespace sconce::system
