#include "values/image_source.h"

#include <ATen/ATen.h>

#include <utility>
#include <vector>

#include "media/png_encoder.h"
#include "store/sha256.h"

namespace sconce {
namespace {

/// PNG stores 16-bit samples with the high byte first.
std::vector<std::uint8_t> big_endian_16(const at::Tensor& samples) {
  std::vector<std::uint8_t> bytes(2 * static_cast<std::size_t>(samples.numel()));
  const auto* sample = samples.data_ptr<std::int32_t>();
  for (std::size_t i = 0; i < bytes.size(); i += 2, ++sample) {
    bytes[i] = static_cast<std::uint8_t>(*sample >> 8);
    bytes[i + 1] = static_cast<std::uint8_t>(*sample & 0xff);
  }
  return bytes;
}

MediaFile with_hash(media::EncodedMedia media) {
  std::string sha256 = store::sha256_hex(media.bytes.data(), media.bytes.size());
  return {std::move(media), std::move(sha256)};
}

}  // namespace

MediaFile encode_pixels(const at::Tensor& pixels, Compression compression) {
  media::PixelView view;
  view.height = pixels.size(0);
  view.width = pixels.size(1);
  view.channels = pixels.dim() == 3 ? static_cast<int>(pixels.size(2)) : 1;
  std::vector<std::uint8_t> samples;
  if (pixels.scalar_type() == at::kInt) {
    samples = big_endian_16(pixels);
    view.data = samples.data();
    view.bit_depth = 16;
  } else {
    view.data = pixels.data_ptr<std::uint8_t>();
  }
  return with_hash({media::encode_png(view, compression), ".png", "png", view.width, view.height});
}

ImageSource::ImageSource(const at::Tensor& pixels, const at::Tensor& original)
    : pixels_(pixels, original), width_(pixels.size(1)), height_(pixels.size(0)), bytes_(pixels_.bytes()) {}

ImageSource::ImageSource(media::EncodedMedia file)
    : width_(file.width),
      height_(file.height),
      bytes_(static_cast<std::int64_t>(file.bytes.size())),
      file_(std::make_shared<const MediaFile>(with_hash(std::move(file)))) {}

std::shared_ptr<const MediaFile> ImageSource::file(Compression compression) {
  const std::lock_guard<std::mutex> lock(encoding_);
  if (!is_file() && encoded_as_ != compression) {
    file_ = std::make_shared<const MediaFile>(encode_pixels(pixels_.get(), compression));
    encoded_as_ = compression;
  }
  return file_;
}

}  // namespace sconce
