#include "values/image_source.h"

#include <ATen/ATen.h>

#include <utility>
#include <vector>

#include "media/png_encoder.h"
#include "sconce/ops.h"
#include "store/sha256.h"
#include "torch_ops/device_event.h"
#include "torch_ops/pixels.h"

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

/// pixels, [H,W,C], with the channels of a pixel beside each other in memory.
at::Tensor interleaved(const at::Tensor& pixels) {
  const bool by_channel = pixels.dim() == 3 && pixels.scalar_type() == at::kByte;
  return by_channel ? ops::to_pixels(pixels, Mode::Auto, Range::Byte, Layout::HWC) : pixels.contiguous();
}

media::EncodedMedia png_file(const at::Tensor& bytes, std::int64_t width, std::int64_t height) {
  const auto* const begin = bytes.data_ptr<std::uint8_t>();
  return {std::vector<std::uint8_t>(begin, begin + bytes.numel()), ".png", "png", width, height};
}

MediaFile with_hash(media::EncodedMedia media) {
  std::string sha256 = store::sha256_hex(media.bytes.data(), media.bytes.size());
  return {std::move(media), std::move(sha256)};
}

}  // namespace

MediaFile encode_pixels(const at::Tensor& any_order, Compression compression) {
  const at::Tensor pixels = interleaved(any_order);
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

ImageSource::ImageSource(ops::HostCopy copy, const at::Tensor& pixels)
    : copy_(std::move(copy)),
      height_(pixels.size(0)),
      width_(pixels.size(1)),
      channels_(pixels.size(2)),
      bytes_(copy_.bytes()) {}

ImageSource::ImageSource(DevicePixels pixels)
    : on_device_(std::move(pixels)),
      height_(on_device_.tensor().size(0)),
      width_(on_device_.tensor().size(1)),
      channels_(on_device_.tensor().size(2)),
      bytes_(2 * (on_device_.bytes() + ops::kTensorBytes)) {}

ImageSource::ImageSource(std::shared_ptr<const ImageSource> original, Mode mode)
    : original_(std::move(original)),
      mode_(mode),
      height_(original_->height_),
      width_(original_->width_),
      channels_(ops::channels_in(mode, original_->channels_)),
      bytes_(original_->bytes_ + height_ * width_ * channels_ * (mode == Mode::I16 ? 4 : 1)) {}

ImageSource::ImageSource(media::EncodedMedia file)
    : height_(file.height),
      width_(file.width),
      bytes_(static_cast<std::int64_t>(file.bytes.size())),
      file_(std::make_shared<const MediaFile>(with_hash(std::move(file)))) {}

const at::Tensor& ImageSource::pixels() const {
  const std::lock_guard<std::mutex> lock(interleaving_);
  if (!is_file() && !interleaved_.defined()) {
    interleaved_ = interleaved(samples());
  }
  return interleaved_;
}

/// [H,W,C] in the order in which they came.
at::Tensor ImageSource::samples() const {
  if (original_ != nullptr) {
    return ops::to_pixels(original_->pixels(), mode_, Range::Byte, Layout::HWC);
  }
  return (on_device_.defined() ? fetch(ops::stream_beside(on_device_.stream())) : copy_).get();
}

ops::HostCopy ImageSource::fetch(const c10::Stream& stream) const {
  const std::lock_guard<std::mutex> lock(fetching_);
  if (!copy_.defined()) {
    copy_ = on_device_.copy_on(stream);
  }
  return copy_;
}

std::shared_ptr<const MediaFile> ImageSource::file(Compression compression) {
  const std::lock_guard<std::mutex> lock(encoding_);
  if (!is_file() && encoded_as_ != compression) {
    file_ = std::make_shared<const MediaFile>(encode_pixels(samples(), compression));
    encoded_as_ = compression;
  } else if (file_ == nullptr) {
    file_ = std::make_shared<const MediaFile>(with_hash(png_file(device_file_, width_, height_)));
    device_file_.reset();
  }
  return file_;
}

bool ImageSource::has_file(Compression compression) const {
  const std::lock_guard<std::mutex> lock(encoding_);
  return is_file() || encoded_as_ == compression;
}

void ImageSource::take_file(at::Tensor png, Compression compression) {
  const std::lock_guard<std::mutex> lock(encoding_);
  device_file_ = std::move(png);
  file_.reset();
  encoded_as_ = compression;
}

}  // namespace sconce
