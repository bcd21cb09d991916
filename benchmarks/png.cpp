// Encodes pictures with sconce's own encoder and with libpng at level 1 (all filters, runs) and 6 (Pillow's
// default). png [a folder of PNG files] [--benchmark_...]; without a folder, made-up pictures. Each row has the
// megabytes of pixels per second of CPU time and the file's size in parts of libpng's at level 6.
#include <benchmark/benchmark.h>
#include <png.h>
#include <zlib.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <functional>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include "media/png_encoder.h"

namespace {

using sconce::media::PixelView;
using Bytes = std::vector<std::uint8_t>;

struct Picture {
  std::string name;
  std::int64_t width;
  std::int64_t height;
  int channels;
  Bytes bytes;

  PixelView view() const { return {bytes.data(), width, height, channels, 8}; }
};

Picture read_picture(const std::filesystem::path& path) {
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  if (png_image_begin_read_from_file(&image, path.c_str()) == 0) throw std::runtime_error(path.string());
  image.format &= PNG_FORMAT_FLAG_COLOR | PNG_FORMAT_FLAG_ALPHA;
  Picture picture{path.stem().string(), image.width, image.height,
                  static_cast<int>(PNG_IMAGE_SAMPLE_CHANNELS(image.format)), Bytes(PNG_IMAGE_SIZE(image))};
  if (png_image_finish_read(&image, nullptr, picture.bytes.data(), 0, nullptr) == 0) {
    throw std::runtime_error(path.string());
  }
  return picture;
}

std::vector<Picture> read_folder(const std::string& folder) {
  std::vector<Picture> pictures;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() == ".png") pictures.push_back(read_picture(entry.path()));
  }
  std::sort(pictures.begin(), pictures.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  return pictures;
}

template <class Value>
Picture make_picture(std::string name, std::int64_t width, std::int64_t height, int channels, Value value) {
  Picture picture{std::move(name), width, height, channels, {}};
  for (std::int64_t y = 0; y < height; ++y) {
    for (std::int64_t x = 0; x < width; ++x) {
      for (int c = 0; c < channels; ++c) picture.bytes.push_back(value(x, y, c));
    }
  }
  return picture;
}

/// Waves with some noise, labels in blobs, and lines on white.
std::vector<Picture> made_up_pictures() {
  std::mt19937 engine(1);
  std::normal_distribution<double> noise(0, 2.5);
  const auto photograph = [&](std::int64_t x, std::int64_t y, int c) {
    const double wave = std::sin(0.011 * static_cast<double>(x)) + std::cos(0.017 * static_cast<double>(y) + c);
    return static_cast<std::uint8_t>(std::clamp(128 + 50 * wave + noise(engine), 0.0, 255.0));
  };
  const auto mask = [](std::int64_t x, std::int64_t y, int) {
    const double wave = std::sin(0.02 * static_cast<double>(x)) * std::cos(0.03 * static_cast<double>(y));
    return static_cast<std::uint8_t>(10 + 10 * wave);
  };
  const auto plot = [](std::int64_t x, std::int64_t y, int c) {
    const double distance = static_cast<double>(y) - 240 - 150 * std::sin(0.02 * static_cast<double>(x));
    return static_cast<std::uint8_t>(255 - (200 - 60 * c) * std::clamp(2 - std::abs(distance), 0.0, 1.0));
  };
  return {make_picture("photograph 256", 256, 256, 3, photograph),
          make_picture("photograph 1080", 1920, 1080, 3, photograph), make_picture("mask 512", 512, 512, 1, mask),
          make_picture("plot", 640, 480, 3, plot)};
}

void append(png_structp png, png_bytep data, png_size_t size) {
  auto* const file = static_cast<Bytes*>(png_get_io_ptr(png));
  file->insert(file->end(), data, data + size);
}

Bytes encode_libpng(const Picture& picture, int level, bool runs) {
  constexpr int kColourTypes[] = {0, PNG_COLOR_TYPE_GRAY, PNG_COLOR_TYPE_GRAY_ALPHA, PNG_COLOR_TYPE_RGB,
                                  PNG_COLOR_TYPE_RGB_ALPHA};
  Bytes file;
  png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, nullptr, nullptr, nullptr);
  png_infop info = png_create_info_struct(png);
  png_set_write_fn(png, &file, append, nullptr);
  png_set_IHDR(png, info, static_cast<png_uint_32>(picture.width), static_cast<png_uint_32>(picture.height), 8,
               kColourTypes[picture.channels], PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT,
               PNG_FILTER_TYPE_DEFAULT);
  png_set_compression_level(png, level);
  if (runs) {
    png_set_filter(png, PNG_FILTER_TYPE_BASE, PNG_ALL_FILTERS);
    png_set_compression_strategy(png, Z_RLE);
  }
  png_write_info(png, info);
  const std::size_t row = static_cast<std::size_t>(picture.width * picture.channels);
  for (std::size_t at = 0; at < picture.bytes.size(); at += row) png_write_row(png, &picture.bytes[at]);
  png_write_end(png, nullptr);
  png_destroy_write_struct(&png, &info);
  return file;
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
  add(picture, "sconce", reference, [](const Picture& p) { return sconce::media::encode_png(p.view(), sconce::Compression::Fast); });
  add(picture, "libpng level 1", reference, [](const Picture& p) { return encode_libpng(p, 1, true); });
  add(picture, "libpng level 6", reference, [](const Picture& p) { return encode_libpng(p, 6, false); });
}

}  // namespace

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  const std::vector<Picture> pictures = argc > 1 ? read_folder(argv[1]) : made_up_pictures();
  for (const Picture& picture : pictures) add_all(picture);
  benchmark::RunSpecifiedBenchmarks();
}
