#pragma once

#include <ATen/ATen.h>
#include <c10/core/impl/VirtualGuardImpl.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <mutex>
#include <string>
#include <vector>

#include "fake_device.h"
#include "sconce/ops.h"
#include "sconce/sconce.h"
#include "store/sha256.h"
#include "support/run_reader.h"
#include "values/image_source.h"

/// Runs whose pictures are on the fake device, and what either encoder makes of a picture.
namespace sconce::test {

using nlohmann::ordered_json;

/// [3,H,W] of many values, of which neighbours are alike, as in photographs.
inline at::Tensor photograph(std::int64_t height, std::int64_t width) {
  return at::rand({3, height, width}).cumsum(1).cumsum(2).remainder_(1);
}

inline std::string hash_of(const void* bytes, std::size_t size) { return store::sha256_hex(bytes, size); }

/// Of the file that the device makes of these pixels, uint8 or int32 [H,W,C]; the CPU's encoder makes another one.
inline std::string hash_by_device(const at::Tensor& pixels) {
  const at::Tensor file = ops::encode_png(pixels).at(0);
  return hash_of(file.data_ptr(), file.nbytes());
}

inline std::string by_device(const at::Tensor& picture) { return hash_by_device(Image(picture).pixels()); }

inline std::string by_cpu(const at::Tensor& picture, Compression compression = Compression::Fast) {
  return encode_pixels(Image(picture).pixels(), compression).sha256;
}

class Encoding : public testing::Test {
 protected:
  Encoding() { fake::reset(); }
  ~Encoding() override { fake::reset(); }

  RunOptions options(DeviceEncoding encoding = DeviceEncoding::Always) {
    return RunOptions("test")
        .dir(folder_.path())
        .device_encoding(encoding)
        .on_error([this](const std::exception& error) {
          const std::lock_guard<std::mutex> lock(mutex_);
          errors_.push_back(error.what());
        });
  }
  static at::Tensor on_device(const at::Tensor& tensor) { return fake::to_device(tensor); }
  static c10::Stream current_stream() {
    return c10::impl::VirtualGuardImpl(fake::device().type()).getStream(fake::device());
  }
  /// Of the file of the first cell of this key.
  static std::string hash_at(const sconce::Run& run, const std::string& key) {
    for (const ordered_json& row : read_rows(run.dir())) {
      if (row.contains(key)) return hash_of_file(run, row.at(key).at("path"));
    }
    return "no image";
  }
  static std::string hash_of_file(const sconce::Run& run, const std::string& path) {
    const std::string bytes = read_text(run.dir() / "files" / path);
    return hash_of(bytes.data(), bytes.size());
  }
  static void expect_list_by_device(const sconce::Run& run, const std::string& key, const at::Tensor& pictures) {
    const ordered_json paths = read_rows(run.dir()).at(0).at(key).at("filenames");
    for (std::int64_t i = 0; i < pictures.size(0); ++i) {
      EXPECT_EQ(hash_of_file(run, paths.at(static_cast<std::size_t>(i))), by_device(pictures[i])) << i;
    }
  }

  TemporaryFolder folder_;
  std::mutex mutex_;
  std::vector<std::string> errors_;
};

}  // namespace sconce::test
