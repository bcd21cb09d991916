#pragma once

#include <cstdint>
#include <mutex>
#include <string>

#include <ATen/core/Tensor.h>

#include "media/encoded_media.h"
#include "values/host_copy.h"

namespace sconce {

/// The bytes of an image file and their hash.
struct MediaFile {
  media::EncodedMedia media;
  std::string sha256;
};

/// What an Image shows, shared by all its copies: pixels that are encoded once, when first needed, or a file's
/// bytes. Thread-safe.
class ImageSource {
 public:
  /// pixels: uint8 [H,W,C] or int32 [H,W,1], as ops::to_pixels makes them, of which original is the caller's
  /// tensor.
  ImageSource(const at::Tensor& pixels, const at::Tensor& original);
  explicit ImageSource(media::EncodedMedia file);

  std::int64_t width() const noexcept { return width_; }
  std::int64_t height() const noexcept { return height_; }
  bool is_file() const noexcept { return !pixels_.defined(); }
  const at::Tensor& pixels() const { return pixels_.get(); }
  /// The file; waits for the device and encodes at the first call. Throws what libpng or the device reports.
  const MediaFile& file();
  /// Memory that the image takes until it is written.
  std::int64_t bytes() const noexcept { return bytes_; }

 private:
  HostCopy pixels_;
  std::int64_t width_ = 0;
  std::int64_t height_ = 0;
  std::int64_t bytes_ = 0;
  std::mutex encoding_;
  bool encoded_ = false;
  MediaFile file_;
};

/// pixels as a PNG file; uint8 [H,W,C] or int32 [H,W,1], contiguous, CPU. Also for masks.
MediaFile encode_pixels(const at::Tensor& pixels);

}  // namespace sconce
