// What 10,000 predictions of 512 x 512 take from the evaluation's tensors, float [8,3,512,512], to the disk: each
// stage alone on one thread, and a run that does them all, from the first log() to the return of finish().
//   evaluate [--device=cuda] [--benchmark_...]
// "ms" is milliseconds a prediction; "of the run" is in parts of what the run takes: a stage that comes close to 1
// is what the run waits for, unless it is spread over threads there.
#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <benchmark/benchmark.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "arguments.h"
#include "media/png_encoder.h"
#include "pictures.h"
#include "sconce/sconce.h"
#include "scratch_folder.h"
#include "store/file.h"
#include "store/sha256.h"

namespace {

using sconce::benchmarks::ScratchFolder;

constexpr std::int64_t kPredictions = 10'000;
constexpr std::int64_t kInBatch = 8;
constexpr std::int64_t kUnlike = 5;  ///< batches, that come again and again
constexpr std::int64_t kSide = 512;

/// What the stages take from each other. The last one has the bytes of files.
struct Predictions {
  std::vector<at::Tensor> batches;
  at::Tensor pixels;  ///< of all batches
  std::vector<std::vector<std::uint8_t>> files;
};

std::vector<std::uint8_t> bytes_of(const at::Tensor& tensor) {
  const auto* const data = tensor.data_ptr<std::uint8_t>();
  return {data, data + tensor.numel()};
}

/// The device's encoder, or the CPU's for what is there.
std::vector<std::vector<std::uint8_t>> encode(const at::Tensor& pixels) {
  std::vector<std::vector<std::uint8_t>> files;
  if (!pixels.is_cpu()) {
    for (const at::Tensor& file : sconce::ops::encode_png(pixels)) files.push_back(bytes_of(file));
    return files;
  }
  for (std::int64_t i = 0; i < pixels.size(0); ++i) {
    const sconce::media::PixelView view{pixels[i].data_ptr<std::uint8_t>(), kSide, kSide, 3, 8};
    files.push_back(sconce::media::encode_png(view, sconce::Compression::Fast));
  }
  return files;
}

Predictions make_predictions(const std::string& device) {
  const sconce::benchmarks::Picture picture = sconce::benchmarks::make_photograph("", 2 * kSide, 2 * kSide);
  const at::Tensor scene = at::tensor(at::ArrayRef<std::uint8_t>(picture.bytes), at::kByte)
                               .view({2 * kSide, 2 * kSide, 3})
                               .permute({2, 0, 1})
                               .to(at::kFloat)
                               .div_(255);
  Predictions made;
  for (std::int64_t batch = 0; batch < kUnlike; ++batch) {
    std::vector<at::Tensor> crops;
    for (std::int64_t i = 0; i < kInBatch; ++i) {
      const std::int64_t at = 12 * (batch * kInBatch + i);
      crops.push_back(scene.narrow(1, at, kSide).narrow(2, kSide - at, kSide));
    }
    made.batches.push_back(at::stack(crops).to(at::Device(device)));
  }
  made.pixels = sconce::ops::to_pixels(at::cat(made.batches));
  made.files = encode(made.pixels);
  return made;
}

template <class Part>
const Part& part(const std::vector<Part>& parts, std::int64_t i) {
  return parts[static_cast<std::size_t>(i) % parts.size()];
}

/// work: of all predictions.
void add(const std::string& name, const std::function<void()>& work) {
  static double of_run = 0;
  benchmark::RegisterBenchmark(name.c_str(),
                               [=](benchmark::State& state) {
                                 const auto start = std::chrono::steady_clock::now();
                                 for (auto _ : state) work();
                                 const std::chrono::duration<double> took =
                                     std::chrono::steady_clock::now() - start;
                                 of_run = name == "run" ? took.count() : of_run;
                                 state.counters["ms"] = 1e3 * took.count() / kPredictions;
                                 state.counters["of the run"] = of_run == 0 ? 0 : took.count() / of_run;
                               })
      ->UseRealTime()
      ->MeasureProcessCPUTime()
      ->Unit(benchmark::kSecond)
      ->Iterations(1);
}

void log_all(const Predictions& predictions, const ScratchFolder& folder) {
  sconce::Run run(sconce::RunOptions("evaluate").dir(folder.path()));
  for (std::int64_t i = 0; i < kPredictions; i += kInBatch) {
    run.log("preds", sconce::Image::batch(part(predictions.batches, i / kInBatch)));
  }
  run.finish();
}

void write_all(const Predictions& predictions, const std::filesystem::path& folder) {
  std::filesystem::create_directories(folder / "tmp");
  for (std::int64_t i = 0; i < kPredictions; ++i) {
    const auto& file = part(predictions.files, i);
    sconce::store::write_file(folder / "media" / (std::to_string(i) + ".png"), file.data(), file.size(),
                              folder / "tmp");
  }
}

}  // namespace

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  at::set_num_threads(1);
  const Predictions predictions = make_predictions(sconce::benchmarks::Arguments(argc, argv).device);
  const ScratchFolder folder;
  add("run", [&] { log_all(predictions, folder); });
  add("convert", [&] {
    for (std::int64_t i = 0; i < kPredictions; i += kInBatch) {
      const at::Tensor pixels = sconce::ops::to_pixels(part(predictions.batches, i / kInBatch));
      pixels.flatten()[0].item();  // waits for the device
    }
  });
  add("encode", [&] {
    for (std::int64_t i = 0; i < kPredictions; i += predictions.pixels.size(0)) encode(predictions.pixels);
  });
  add("sha256", [&] {
    for (std::int64_t i = 0; i < kPredictions; ++i) {
      const auto& file = part(predictions.files, i);
      benchmark::DoNotOptimize(sconce::store::sha256_hex(file.data(), file.size()));
    }
  });
  add("write", [&] { write_all(predictions, folder.path() / "written"); });
  benchmark::RunSpecifiedBenchmarks();
}
