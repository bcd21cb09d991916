// Encodes batches of pictures by ops::encode_png on a device, which is "cpu" unless another one is named, and for
// comparison by the encoder of the CPU that logging has, and by libpng at level 6: one thread, one after another.
//   encode_png [FOLDER OF PNG FILES] [--device=cuda] [--benchmark_...]
// A line has gigabytes of pixels per second, the bytes that come to the host in parts of the pixels, and the size
// of the files in parts of libpng's at level 6. Wall time is to the files on the host. As the function waits for
// the device, processor time is what the host pays, its waiting included.
#include <ATen/ATen.h>
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "arguments.h"
#include "media/png_encoder.h"
#include "other_encoders.h"
#include "pictures.h"
#include "sconce/ops.h"

namespace {

using sconce::benchmarks::Picture;

at::Tensor tensor_of(const Picture& picture) {
  at::Tensor pixels = at::empty({picture.height, picture.width, picture.channels}, at::kByte);
  std::copy(picture.bytes.begin(), picture.bytes.end(), pixels.data_ptr<std::uint8_t>());
  return pixels;
}

void report(benchmark::State& state, const Picture& picture, std::int64_t count, std::int64_t size) {
  const double pixels = static_cast<double>(picture.bytes.size()) * static_cast<double>(count);
  const std::size_t reference = sconce::benchmarks::encode_libpng(picture, 6, false).size();
  state.counters["GB/s"] =
      benchmark::Counter(pixels * 1e-9 * static_cast<double>(state.iterations()), benchmark::Counter::kIsRate);
  state.counters["files/pixels"] = static_cast<double>(size) / pixels;
  state.counters["size"] =
      static_cast<double>(size) / (static_cast<double>(reference) * static_cast<double>(count));
}

void on_device(benchmark::State& state, const Picture& picture, std::int64_t count, const std::string& device) {
  const at::Tensor pixels = tensor_of(picture).unsqueeze(0).repeat({count, 1, 1, 1}).to(at::Device(device));
  std::int64_t size = 0;
  for (auto _ : state) {
    size = 0;
    for (const at::Tensor& file : sconce::ops::encode_png(pixels)) size += file.numel();
  }
  report(state, picture, count, size);
}

template <class Encode>
void on_host(benchmark::State& state, const Picture& picture, std::int64_t count, Encode encode) {
  std::int64_t size = 0;
  for (auto _ : state) {
    size = 0;
    for (std::int64_t i = 0; i < count; ++i) size += static_cast<std::int64_t>(encode(picture).size());
  }
  report(state, picture, count, size);
}

void add(const Picture& picture, std::int64_t count, const std::string& device) {
  const std::string name = picture.name + " x " + std::to_string(count) + "/";
  const auto set = [](benchmark::internal::Benchmark* line) {
    line->UseRealTime()->MeasureProcessCPUTime()->Unit(benchmark::kMillisecond);
  };
  set(benchmark::RegisterBenchmark((name + "ops on " + device).c_str(), [=, &picture](benchmark::State& state) {
    on_device(state, picture, count, device);
  }));
  set(benchmark::RegisterBenchmark((name + "sconce").c_str(), [=, &picture](benchmark::State& state) {
    on_host(state, picture, count, [](const Picture& one) {
      return sconce::media::encode_png(sconce::benchmarks::view_of(one), sconce::Compression::Fast);
    });
  }));
  set(benchmark::RegisterBenchmark((name + "libpng 6").c_str(), [=, &picture](benchmark::State& state) {
    on_host(state, picture, count,
            [](const Picture& one) { return sconce::benchmarks::encode_libpng(one, 6, false); });
  }));
}

}  // namespace

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  const sconce::benchmarks::Arguments arguments(argc, argv);
  const std::vector<Picture> pictures = arguments.folder.empty()
                                            ? sconce::benchmarks::made_up_pictures()
                                            : sconce::benchmarks::read_folder(arguments.folder);
  for (const Picture& picture : pictures) {
    for (const std::int64_t count : {1, 8}) add(picture, count, arguments.device);
  }
  benchmark::RunSpecifiedBenchmarks();
}
