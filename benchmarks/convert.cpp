// Converts pictures to bytes with sconce and, in turn with it, with the chain that programs write themselves:
//   mul(255).clamp(0, 255).to(kByte).permute({1, 2, 0}).contiguous()
// One thread. Each row has medians of nanoseconds of CPU time per number, that time in parts of the chain's, and
// the page faults of a picture. "fresh" is a heap that gives freed memory back, as that of a process does which
// has just begun.
#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <benchmark/benchmark.h>
#include <malloc.h>
#include <sys/resource.h>

#include <algorithm>
#include <cstdint>
#include <ctime>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "sconce/image.h"
#include "sconce/ops.h"

namespace {

using at::Tensor;
using Convert = std::function<void(const Tensor&)>;

/// Of uint8 pictures, which are bytes already, the move of channels. float16 goes by way of float32: LibTorch has
/// no clamp() for it on every CPU.
Tensor chain(const Tensor& image, bool channels_last) {
  const Tensor in_order = channels_last ? image : image.permute({1, 2, 0});
  if (image.scalar_type() == at::kByte) return in_order.clone(at::MemoryFormat::Contiguous);
  return in_order.to(at::kFloat).mul(255).clamp(0, 255).to(at::kByte).contiguous();
}

/// What can be done by tensor operations on float32 [3,H,W], without regard to NaN: into memory that is used
/// again, whole or by rows that stay in the cache.
class Forms {
 public:
  explicit Forms(const Tensor& image)
      : scaled_(at::empty_like(image)),
        whole_(at::empty_like(image, at::kInt)),
        planes_(at::empty_like(image, at::kByte)),
        pixels_(at::empty({image.size(1), image.size(2), 3}, at::kByte)) {}

  void by_channel(const Tensor& image) {
    at::add_out(scaled_, half_, image, 255).clamp_(0, 255);
    interleave(scaled_, pixels_);
  }

  void by_rows_and_channel(const Tensor& image) {
    by_rows(image, [&](std::int64_t row, std::int64_t rows) {
      Tensor scaled = scaled_.narrow(1, 0, rows);
      at::add_out(scaled, half_, image.narrow(1, row, rows), 255).clamp_(0, 255);
      interleave(scaled, pixels_.narrow(0, row, rows));
    });
  }

  void planes_by_rows(const Tensor& image) {
    by_rows(image, [&](std::int64_t row, std::int64_t rows) {
      Tensor scaled = scaled_.narrow(1, 0, rows);
      at::add_out(scaled, half_, image.narrow(1, row, rows), 255).clamp_(0, 255);
      planes_.narrow(1, row, rows).copy_(whole_.narrow(1, 0, rows).copy_(scaled));
    });
  }

 private:
  template <typename Work>
  static void by_rows(const Tensor& image, const Work& work) {
    constexpr std::int64_t kNumbers = 32767;
    const std::int64_t step = std::max<std::int64_t>(1, kNumbers / (3 * image.size(2)));
    for (std::int64_t row = 0; row < image.size(1); row += step) work(row, std::min(step, image.size(1) - row));
  }

  static void interleave(const Tensor& planes, const Tensor& pixels) {
    for (std::int64_t c = 0; c < 3; ++c) pixels.select(2, c).copy_(planes.select(0, c));
  }

  Tensor half_ = at::scalar_tensor(0.5F);
  Tensor scaled_, whole_, planes_, pixels_;
};

/// Of this thread, so that other programs do not count.
double cpu_nanoseconds() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return 1e9 * static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec);
}

double nanoseconds_of(const std::function<void()>& work) {
  const double begin = cpu_nanoseconds();
  work();
  return cpu_nanoseconds() - begin;
}

double median(std::vector<double> values) {
  std::nth_element(values.begin(), values.begin() + values.size() / 2, values.end());
  return values[values.size() / 2];
}

std::int64_t page_faults() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_minflt;
}

void set_heap(bool fresh) {
  constexpr int kAtFirst = 128 * 1024;  // malloc's thresholds before it has learned
  constexpr int kLarge = 1 << 30;
  mallopt(M_MMAP_THRESHOLD, fresh ? kAtFirst : 32 * 1024 * 1024);
  mallopt(M_TRIM_THRESHOLD, fresh ? kAtFirst : kLarge);
}

void measure(benchmark::State& state, const Tensor& image, bool channels_last, bool fresh,
             const Convert& convert) {
  set_heap(fresh);
  convert(image);
  std::vector<double> ours, chains;
  std::int64_t faults = 0;
  for (auto _ : state) {
    chains.push_back(nanoseconds_of([&] { benchmark::DoNotOptimize(chain(image, channels_last)); }));
    const std::int64_t before = page_faults();
    const double time = nanoseconds_of([&] { convert(image); });
    faults += page_faults() - before;
    ours.push_back(time);
    state.SetIterationTime(1e-9 * ours.back());
  }
  const auto count = static_cast<double>(image.numel());
  state.counters["ns"] = median(ours) / count;
  state.counters["ns/byte"] = median(ours) / static_cast<double>(image.nbytes());
  state.counters["of chain"] = median(ours) / median(chains);
  state.counters["faults"] = static_cast<double>(faults) / static_cast<double>(state.iterations());
}

void add(const std::string& name, const Tensor& image, bool channels_last, const Convert& convert) {
  for (const bool fresh : {false, true}) {
    benchmark::RegisterBenchmark((name + (fresh ? "/fresh" : "")).c_str(), [=](benchmark::State& state) {
      measure(state, image, channels_last, fresh, convert);
    })->UseManualTime();
  }
}

void add_ours(const std::string& name, const Tensor& image, bool channels_last) {
  add(name + "/Image", image, channels_last,
      [](const Tensor& tensor) { benchmark::DoNotOptimize(sconce::Image(tensor)); });
  add(name + "/to_pixels", image, channels_last,
      [](const Tensor& tensor) { benchmark::DoNotOptimize(sconce::ops::to_pixels(tensor)); });
}

void add_all(std::int64_t height, std::int64_t width) {
  const std::string size = std::to_string(width) + "x" + std::to_string(height);
  const Tensor chw = at::rand({3, height, width}).mul_(1.1).sub_(0.05);
  add(size + "/float32 CHW/chain", chw, false, [](const Tensor& image) { chain(image, false); });
  const auto forms = std::make_shared<Forms>(chw);
  add(size + "/float32 CHW/by channel", chw, false, [=](const Tensor& image) { forms->by_channel(image); });
  add(size + "/float32 CHW/by rows and channel", chw, false,
      [=](const Tensor& image) { forms->by_rows_and_channel(image); });
  add(size + "/float32 CHW/planes by rows", chw, false,
      [=](const Tensor& image) { forms->planes_by_rows(image); });
  for (const auto& [dtype, name] : {std::pair(at::kFloat, "float32"), std::pair(at::kHalf, "float16"),
                                    std::pair(at::kBFloat16, "bfloat16"), std::pair(at::kByte, "uint8")}) {
    const Tensor image = (dtype == at::kByte ? chw.clamp(0, 1).mul(255) : chw).to(dtype);
    const Tensor channels_last = image.unsqueeze(0).contiguous(at::MemoryFormat::ChannelsLast).squeeze(0);
    add_ours(size + "/" + name + " CHW", image, false);
    add_ours(size + "/" + name + " channels last", channels_last, false);
    add_ours(size + "/" + name + " HWC", image.permute({1, 2, 0}).contiguous(), true);
  }
}

}  // namespace

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  at::set_num_threads(1);
  add_all(256, 256);
  add_all(512, 512);
  add_all(1080, 1920);
  benchmark::RunSpecifiedBenchmarks();
}
