// Encodes pictures with sconce's own encoder and with libpng at level 1 (all filters, runs) and 6 (Pillow's
// default). png [a folder of PNG files] [--benchmark_...]; without a folder, made-up pictures. Each row has the
// megabytes of pixels per second of CPU time and the file's size in parts of libpng's at level 6.
#include <benchmark/benchmark.h>

#include <functional>
#include <string>
#include <vector>

#include "libpng_encoder.h"
#include "media/png_encoder.h"
#include "pictures.h"

namespace {

using sconce::benchmarks::encode_libpng;
using sconce::benchmarks::Picture;
using sconce::media::PixelView;
using Bytes = std::vector<std::uint8_t>;

PixelView view_of(const Picture& picture) {
  return {picture.bytes.data(), picture.width, picture.height, picture.channels, 8};
}

using Encode = std::function<Bytes(const Picture&)>;

void add(const Picture& picture, const std::string& encoder, std::size_t reference, const Encode& encode) {
  benchmark::RegisterBenchmark(
      (picture.name + "/" + encoder).c_str(), [&picture, reference, encode](benchmark::State& state) {
        std::size_t size = 0;
        for (auto _ : state) {
          const Bytes file = encode(picture);
          size = file.size();
          benchmark::DoNotOptimize(file.data());
        }
        state.counters["MB/s"] = benchmark::Counter(
            static_cast<double>(picture.bytes.size()) * 1e-6 * static_cast<double>(state.iterations()),
            benchmark::Counter::kIsRate);
        state.counters["size"] = static_cast<double>(size) / static_cast<double>(reference);
      });
}

void add_all(const Picture& picture) {
  const std::size_t reference = encode_libpng(picture, 6, false).size();
  add(picture, "sconce", reference,
      [](const Picture& p) { return sconce::media::encode_png(view_of(p), sconce::Compression::Fast); });
  add(picture, "libpng level 1", reference, [](const Picture& p) { return encode_libpng(p, 1, true); });
  add(picture, "libpng level 6", reference, [](const Picture& p) { return encode_libpng(p, 6, false); });
}

}  // namespace

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  const std::vector<Picture> pictures =
      argc > 1 ? sconce::benchmarks::read_folder(argv[1]) : sconce::benchmarks::made_up_pictures();
  for (const Picture& picture : pictures) add_all(picture);
  benchmark::RunSpecifiedBenchmarks();
}
