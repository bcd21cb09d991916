// Images a second from tensor to disk, from the first log() to the return of finish(): float CHW tensors of each
// size with one and with two encoder threads, beside what wandb does on one thread: tensor operations as one
// writes them, libpng at level 6, sha256, a file. "encoding" has the images made before, so that encoder threads
// are all there is. "ratio" is to wandb's way, or to one thread, in this run. The runs stay in TMPDIR until the
// end: ext4 is slow to make files where others were deleted a moment ago. throughput [a folder of PNG files]
// [--device=cuda] [--benchmark_...]; without a folder, made-up photographs. The tensors are on the device.
#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "arguments.h"
#include "other_encoders.h"
#include "pictures.h"
#include "sconce/sconce.h"
#include "scratch_folder.h"
#include "store/sha256.h"

namespace {

using sconce::Image;
using sconce::benchmarks::Picture;
using sconce::benchmarks::ScratchFolder;

using Tensors = std::vector<at::Tensor>;

/// float [3, H, W] in [0, 1].
at::Tensor tensor_of(const Picture& picture, const std::string& device) {
  return at::tensor(at::ArrayRef<std::uint8_t>(picture.bytes), at::kByte)
      .reshape({picture.height, picture.width, picture.channels})
      .permute({2, 0, 1})
      .to(at::kFloat)
      .div(255)
      .contiguous()
      .to(at::Device(device));
}

void write_as_wandb_does(const at::Tensor& tensor, const std::filesystem::path& folder, int index) {
  const at::Tensor bytes = tensor.mul(255).clamp(0, 255).to(at::kByte).permute({1, 2, 0}).contiguous().cpu();
  const auto* data = bytes.data_ptr<std::uint8_t>();
  const Picture pixels{
      "", bytes.size(1), bytes.size(0), static_cast<int>(bytes.size(2)), {data, data + bytes.numel()}};
  const auto file = sconce::benchmarks::encode_libpng(pixels, 6, false);
  const std::string name = std::to_string(index) + "_" + sconce::store::sha256_hex(file.data(), file.size());
  std::ofstream out(folder / (name + ".png"), std::ios::binary);
  out.write(reinterpret_cast<const char*>(file.data()), static_cast<std::streamsize>(file.size()));
}

/// Writes `count` images once per iteration. Its speed is the reference of those that name it.
void add(const std::string& name, const std::string& reference, std::int64_t count,
         const std::function<double(std::int64_t count)>& seconds_of) {
  static std::map<std::string, double> speeds;
  benchmark::RegisterBenchmark(name.c_str(),
                               [=](benchmark::State& state) {
                                 double seconds = 0;
                                 for (auto _ : state) {
                                   const double once = seconds_of(count);
                                   state.SetIterationTime(once);
                                   seconds += once;
                                 }
                                 speeds[name] = static_cast<double>(count * state.iterations()) / seconds;
                                 state.counters["images/s"] = speeds[name];
                                 state.counters["ratio"] =
                                     speeds.count(reference) != 0 ? speeds[name] / speeds[reference] : 0;
                               })
      ->UseManualTime()
      ->Unit(benchmark::kMillisecond)
      ->Iterations(5);
}

template <typename Work>
double seconds_of(const Work& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

double log_all(const ScratchFolder& folder, std::int64_t threads, std::int64_t count,
               const std::function<Image(std::size_t)>& image) {
  sconce::Run run(sconce::RunOptions("throughput").dir(folder.path()).encoder_threads(threads));
  const double seconds = seconds_of([&] {
    for (std::int64_t i = 0; i < count; ++i) run.log("image", image(static_cast<std::size_t>(i)));
    run.finish();
  });
  return seconds;
}

void add_size(const std::string& size, const Tensors& tensors, const ScratchFolder& folder) {
  constexpr std::int64_t kElements = 100'000'000;
  const std::int64_t count = std::max<std::int64_t>(8, kElements / tensors.front().numel());
  const auto tensor = [tensors](std::size_t i) { return tensors[i % tensors.size()]; };
  add(size + "/as wandb does", "", std::max<std::int64_t>(2, count / 16), [=, &folder](std::int64_t images) {
    const auto files = folder.path() / "files";
    std::filesystem::create_directories(files);
    const double seconds = seconds_of([&] {
      for (int i = 0; i < images; ++i) write_as_wandb_does(tensor(static_cast<std::size_t>(i)), files, i);
    });
    return seconds;
  });
  for (const std::int64_t threads : {1, 2}) {
    add(size + "/sconce, threads: " + std::to_string(threads), size + "/as wandb does", count,
        [=, &folder](std::int64_t images) {
          return log_all(folder, threads, images, [&](std::size_t i) { return Image(tensor(i)); });
        });
  }
  for (const std::int64_t threads : {1, 2}) {
    add(size + "/encoding, threads: " + std::to_string(threads), size + "/encoding, threads: 1", count,
        [=, &folder](std::int64_t images) {
          std::vector<Image> made;  // anew, since an Image is encoded once
          for (std::int64_t i = 0; i < images; ++i) made.emplace_back(tensor(static_cast<std::size_t>(i)));
          return log_all(folder, threads, images, [&](std::size_t i) { return made[i]; });
        });
  }
}

std::vector<Picture> made_up_photographs() {
  using sconce::benchmarks::make_photograph;
  return {make_photograph("", 256, 256), make_photograph("", 512, 512), make_photograph("", 1920, 1080)};
}

}  // namespace

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  at::set_num_threads(1);
  const sconce::benchmarks::Arguments arguments(argc, argv);
  const ScratchFolder folder;
  std::map<std::pair<std::int64_t, std::int64_t>, Tensors> sizes;
  for (const Picture& picture :
       arguments.folder.empty() ? made_up_photographs() : sconce::benchmarks::read_folder(arguments.folder)) {
    if (picture.channels == 3)
      sizes[{picture.height, picture.width}].push_back(tensor_of(picture, arguments.device));
  }
  for (const auto& [size, tensors] : sizes) {
    add_size(std::to_string(size.second) + "x" + std::to_string(size.first), tensors, folder);
  }
  benchmark::RunSpecifiedBenchmarks();
}
