#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include <ATen/core/Tensor.h>

#include "media/encoded_media.h"
#include "sconce/compression.h"
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
  /// The file; waits for the device and encodes at the first call. Throws what the encoder or the device reports.
  /// What is a file already has no compression.
  std::shared_ptr<const MediaFile> file(Compression compression);
  /// Memory that the image takes until it is written.
  std::int64_t bytes() const noexcept { return bytes_; }

 private:
  HostCopy pixels_;
  std::int64_t width_ = 0;
  std::int64_t height_ = 0;
  std::int64_t bytes_ = 0;
  std::mutex encoding_;
  std::shared_ptr<const MediaFile> file_;
  std::optional<Compression> encoded_as_;
};

/// pixels as a PNG file; uint8 [H,W,C] or int32 [H,W,1], contiguous, CPU. Also for masks.
MediaFile encode_pixels(const at::Tensor& pixels, Compression compression);

}  // namespace sconce
