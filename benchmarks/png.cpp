// Encodes pictures with sconce at each Compression, with libpng at level 1 (all filters, runs) and 6 (its default
// and Pillow's), and with libdeflate and libspng where the build found them. png [a folder of PNG files]
// [--benchmark_...]; without a folder, made-up pictures. A picture's line has megabytes of pixels per second of
// processor time, and the file's size in parts of libpng's at level 6. At the end there is a table of both by
// class, which is the part of a file's name before "__".
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <cstdio>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "media/png_encoder.h"
#include "other_encoders.h"
#include "pictures.h"

namespace {

using sconce::Compression;
using sconce::benchmarks::Picture;
using sconce::benchmarks::view_of;
using Bytes = std::vector<std::uint8_t>;

struct Encoder {
  std::string name;
  Bytes (*encode)(const Picture& picture);
};

template <Compression compression>
Bytes encode_sconce(const Picture& picture) {
  return sconce::media::encode_png(view_of(picture), compression);
}

/// The last one is what the others are compared with.
std::vector<Encoder> all_encoders() {
  using namespace sconce::benchmarks;
  return {
      {"Fast", encode_sconce<Compression::Fast>},
      {"Small", encode_sconce<Compression::Small>},
      {"None", encode_sconce<Compression::None>},
#ifdef SCONCE_HAVE_LIBDEFLATE
      {"libdeflate 1", [](const Picture& picture) { return encode_libdeflate(picture, 1); }},
#endif
#ifdef SCONCE_HAVE_SPNG
      {"libspng 1", [](const Picture& picture) { return encode_spng(picture, 1); }},
#endif
      {"libpng 1", [](const Picture& picture) { return encode_libpng(picture, 1, true); }},
      {"libpng 6", [](const Picture& picture) { return encode_libpng(picture, 6, false); }},
  };
}

void add(const Picture& picture, const Encoder& encoder, std::size_t reference) {
  benchmark::RegisterBenchmark((picture.name + "/" + encoder.name).c_str(), [&picture, encode = encoder.encode,
                                                                             reference](benchmark::State& state) {
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

/// Prints every line as it comes, and ratios by class at the end.
class Table : public benchmark::ConsoleReporter {
 public:
  explicit Table(std::vector<Encoder> encoders) : ConsoleReporter(OO_Tabular), encoders_(std::move(encoders)) {}

  void ReportRuns(const std::vector<Run>& runs) override {
    ConsoleReporter::ReportRuns(runs);
    for (const Run& run : runs) {
      if (run.run_type != Run::RT_Iteration) continue;
      const std::string& name = run.run_name.function_name;
      const std::size_t slash = name.find('/');
      const std::string kind = name.substr(0, std::min(slash, name.find("__")));
      Sum& sum = sums_[kind][name.substr(slash + 1)];
      sum.time_of_a_megabyte += 1 / run.counters.at("MB/s").value;
      sum.size += run.counters.at("size").value;
      sum.runs += 1;
    }
  }

  void Finalize() override {
    fmt::print("\nMB/s, as a multiple of {}'s / size in parts of its\n\n", encoders_.back().name);
    fmt::print("| {:20}", "class");
    for (const Encoder& encoder : encoders_) fmt::print("| {:19}", encoder.name);
    fmt::print("|\n|---");
    for (std::size_t i = 0; i < encoders_.size(); ++i) fmt::print("|---");
    fmt::print("|\n");
    for (const auto& [kind, of_encoders] : sums_) {
      fmt::print("| {:20}", kind);
      for (const Encoder& encoder : encoders_) fmt::print("| {:19}", cell(of_encoders, encoder.name));
      fmt::print("|\n");
    }
  }

 private:
  struct Sum {
    double time_of_a_megabyte = 0;
    double size = 0;
    double runs = 0;
  };
  using OfEncoders = std::map<std::string, Sum>;

  std::string cell(const OfEncoders& of_encoders, const std::string& encoder) const {
    const auto found = of_encoders.find(encoder);
    const auto reference = of_encoders.find(encoders_.back().name);
    if (found == of_encoders.end() || reference == of_encoders.end()) return "";
    const auto speed = [](const Sum& sum) { return sum.runs / sum.time_of_a_megabyte; };
    const Sum& sum = found->second;
    return fmt::format("{:.0f}, {:.3g}x / {:.3f}", speed(sum), speed(sum) / speed(reference->second),
                       sum.size / sum.runs);
  }

  std::vector<Encoder> encoders_;
  std::map<std::string, OfEncoders> sums_;
};

}  // namespace

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  const std::vector<Picture> pictures =
      argc > 1 ? sconce::benchmarks::read_folder(argv[1]) : sconce::benchmarks::made_up_pictures();
  const std::vector<Encoder> encoders = all_encoders();
  for (const Picture& picture : pictures) {
    const std::size_t reference = encoders.back().encode(picture).size();
    for (const Encoder& encoder : encoders) add(picture, encoder, reference);
  }
  Table table(encoders);
  benchmark::RunSpecifiedBenchmarks(&table);
}
