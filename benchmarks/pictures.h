#pragma once

#include <png.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <random>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "media/pixel_view.h"

/// What the benchmarks look at: the pictures of a folder, or made-up ones.
namespace sconce::benchmarks {

struct Picture {
  std::string name;
  std::int64_t width;
  std::int64_t height;
  int channels;
  std::vector<std::uint8_t> bytes;  ///< [height, width, channels]
};

inline media::PixelView view_of(const Picture& picture) {
  return {picture.bytes.data(), picture.width, picture.height, picture.channels, 8};
}

inline Picture read_picture(const std::filesystem::path& path) {
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  if (png_image_begin_read_from_file(&image, path.c_str()) == 0) throw std::runtime_error(path.string());
  image.format &= PNG_FORMAT_FLAG_COLOR | PNG_FORMAT_FLAG_ALPHA;
  Picture picture{path.stem().string(), image.width, image.height,
                  static_cast<int>(PNG_IMAGE_SAMPLE_CHANNELS(image.format)),
                  std::vector<std::uint8_t>(PNG_IMAGE_SIZE(image))};
  if (png_image_finish_read(&image, nullptr, picture.bytes.data(), 0, nullptr) == 0) {
    throw std::runtime_error(path.string());
  }
  return picture;
}

/// The PNG files of a folder, by name.
inline std::vector<Picture> read_folder(const std::filesystem::path& folder) {
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

/// Waves with some noise: it compresses as a photograph does.
inline Picture make_photograph(std::string name, std::int64_t width, std::int64_t height) {
  std::mt19937 engine(1);
  std::normal_distribution<double> noise(0, 2.5);
  return make_picture(std::move(name), width, height, 3, [&](std::int64_t x, std::int64_t y, int c) {
    const double wave = std::sin(0.011 * static_cast<double>(x)) + std::cos(0.017 * static_cast<double>(y) + c);
    return static_cast<std::uint8_t>(std::clamp(128 + 50 * wave + noise(engine), 0.0, 255.0));
  });
}

/// Photographs, labels in blobs, and lines on white.
inline std::vector<Picture> made_up_pictures() {
  const auto mask = [](std::int64_t x, std::int64_t y, int) {
    const double wave = std::sin(0.02 * static_cast<double>(x)) * std::cos(0.03 * static_cast<double>(y));
    return static_cast<std::uint8_t>(10 + 10 * wave);
  };
  const auto plot = [](std::int64_t x, std::int64_t y, int c) {
    const double distance = static_cast<double>(y) - 240 - 150 * std::sin(0.02 * static_cast<double>(x));
    return static_cast<std::uint8_t>(255 - (200 - 60 * c) * std::clamp(2 - std::abs(distance), 0.0, 1.0));
  };
  return {make_photograph("photograph 256", 256, 256), make_photograph("photograph 1080", 1920, 1080),
          make_picture("mask 512", 512, 512, 1, mask), make_picture("plot", 640, 480, 3, plot)};
}

}  // namespace sconce::benchmarks
