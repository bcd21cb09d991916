#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include <ATen/core/Tensor.h>

#include "media/encoded_media.h"
#include "sconce/compression.h"
#include "sconce/ops.h"
#include "torch_ops/host_copy.h"
#include "values/device_pixels.h"

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
  /// pixels: uint8 [H,W,C] or int32 [H,W,1], as ops::convert_pixels makes them, planes or interleaved.
  ImageSource(ops::HostCopy copy, const at::Tensor& pixels);
  /// Pixels [H,W,C] of an accelerator.
  explicit ImageSource(DevicePixels pixels);
  /// The pixels of another one in a mode, converted when they are first needed: they may still be on their way.
  ImageSource(std::shared_ptr<const ImageSource> original, Mode mode);
  explicit ImageSource(media::EncodedMedia file);

  std::int64_t width() const noexcept { return width_; }
  std::int64_t height() const noexcept { return height_; }
  bool is_file() const noexcept { return channels_ == 0; }
  /// [H,W,C], contiguous, CPU; waits for the device. Made at the first call if the picture is planes.
  const at::Tensor& pixels() const;
  /// The file; waits for the device and encodes at the first call. Throws what the encoder or the device reports.
  /// What is a file already has no compression.
  std::shared_ptr<const MediaFile> file(Compression compression);
  bool has_file(Compression compression) const;
  /// The pixels, if they came from an accelerator.
  const DevicePixels& on_device() const noexcept { return on_device_; }
  /// Takes the PNG file that the accelerator made of the pixels, uint8 [N] on the CPU, as what file() encodes.
  void take_file(at::Tensor png, Compression compression);
  /// Enqueues the pixels' copy from the accelerator to the host, once. pixels() and file() would do it, too.
  ops::HostCopy fetch(const c10::Stream& stream) const;
  /// Memory that the image takes until it is written.
  std::int64_t bytes() const noexcept { return bytes_; }

 private:
  at::Tensor samples() const;

  DevicePixels on_device_;
  mutable std::mutex fetching_;
  mutable ops::HostCopy copy_;
  std::shared_ptr<const ImageSource> original_;
  Mode mode_ = Mode::Auto;
  std::int64_t height_ = 0;
  std::int64_t width_ = 0;
  std::int64_t channels_ = 0;
  std::int64_t bytes_ = 0;
  mutable std::mutex interleaving_;
  mutable at::Tensor interleaved_;
  mutable std::mutex encoding_;
  at::Tensor device_file_;  ///< whose hash is still to be made
  std::shared_ptr<const MediaFile> file_;
  std::optional<Compression> encoded_as_;
};

/// pixels as a PNG file; uint8 [H,W,C] or int32 [H,W,1], any strides, CPU. Also for masks: uint8 [H,W].
MediaFile encode_pixels(const at::Tensor& pixels, Compression compression);

}  // namespace sconce
