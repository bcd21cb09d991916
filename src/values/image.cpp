#include "sconce/image.h"

#include <ATen/ATen.h>
#include <c10/util/Exception.h>

#include <algorithm>
#include <set>
#include <stdexcept>
#include <utility>

#include "media/image_file.h"
#include "store/file.h"
#include "store/json_text.h"
#include "store/layout.h"
#include "torch_ops/describe.h"
#include "torch_ops/pixels.h"
#include "values/boxes_data.h"
#include "values/image_source.h"
#include "values/mask_data.h"

namespace sconce {
namespace {

constexpr std::uintmax_t kMaxFileSize = std::uintmax_t{256} << 20;

bool is_channel_count(std::int64_t size) { return size >= 1 && size <= 4; }

ops::PixelOptions reading(const ImageOptions& options) {
  ops::PixelOptions reading;
  reading.mode = options.mode();
  reading.range = options.range();
  reading.layout = options.layout();
  reading.interleaved = false;
  return reading;
}

/// A batch as one picture. One range serves all of it; it is laid out afterwards, so that the padding is black in
/// every range.
at::Tensor grid_of(const at::Tensor& batch, const ImageOptions& options) {
  ops::PixelOptions together = reading(options);
  together.one_range = true;
  const at::Tensor pixels = ops::convert_pixels(batch, together);
  return ops::make_grid(pixels.permute({0, 3, 1, 2})).permute({1, 2, 0});
}

at::Tensor pixels_of(const at::Tensor& tensor, const ImageOptions& options) {
  if (tensor.defined() && tensor.dim() == 4 && tensor.numel() > 0) {
    return grid_of(tensor, options);
  }
  TORCH_CHECK_VALUE(
      !tensor.defined() || tensor.dim() == 2 || tensor.dim() == 3,
      "expected an image [H,W], [C,H,W] or [H,W,C] with 1 to 4 channels, or a batch of them [N,C,H,W], got ",
      ops::describe(tensor));
  return ops::convert_pixels(tensor, reading(options));
}

void check_dimensions(std::int64_t width, std::int64_t height) {
  TORCH_CHECK_VALUE(width <= Image::MAX_DIMENSION && height <= Image::MAX_DIMENSION,
                    "expected an image of at most ", Image::MAX_DIMENSION, " pixels a side, got ", width, " x ",
                    height, " (width x height)");
}

/// pixels: [H,W,C], of which original is the caller's tensor.
std::shared_ptr<ImageSource> source_of(const at::Tensor& pixels, const at::Tensor& original) {
  check_dimensions(pixels.size(1), pixels.size(0));
  return pixels.is_cpu() ? std::make_shared<ImageSource>(ops::HostCopy(pixels, original), pixels)
                         : std::make_shared<ImageSource>(DevicePixels(pixels, original));
}

/// The extension with its dot, as it is spelt; nothing where what follows the last dot is none.
std::string extension_of(const std::string& name) {
  constexpr std::size_t kLongest = 16;
  const std::size_t dot = std::min(name.rfind('.'), name.size());
  const bool is_one =
      name.size() - dot <= kLongest &&
      std::all_of(name.begin() + static_cast<std::ptrdiff_t>(dot), name.end(), [](char c) {
        return c == '.' || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
      });
  return is_one ? name.substr(dot) : std::string();
}

media::EncodedMedia read_image(const std::filesystem::path& path) {
  media::EncodedMedia file;
  file.bytes = store::read_file(path, kMaxFileSize);
  try {
    const media::ImageFileInfo info = media::probe_image(file.bytes);
    file.width = info.width;
    file.height = info.height;
  } catch (const std::runtime_error& error) {
    TORCH_CHECK_VALUE(false, "expected a png, jpeg, bmp, gif or webp image, got ", path.string(), ": ",
                      error.what());
  }
  check_dimensions(file.width, file.height);
  file.extension = extension_of(path.filename().string());
  file.format = file.extension.substr(file.extension.empty() ? 0 : 1);
  return file;
}

void check_mask(const std::string& name, const MaskData& mask, const ImageSource& source) {
  TORCH_CHECK_VALUE(mask.height == source.height() && mask.width == source.width(), "mask '", name,
                    "': expected [", source.height(), ", ", source.width(), "], the size of its image, got [",
                    mask.height, ", ", mask.width, "]");
}

/// The boxes were checked when they were made; here come the names that they take from the image.
void check_boxes(const std::string& name, const BoxesData& boxes, const Classes& fallback) {
  if (boxes.is_deferred() || fallback.empty()) {
    return;
  }
  try {
    boxes.checked_group(fallback);
  } catch (const c10::ValueError& error) {
    TORCH_CHECK_VALUE(false, "boxes '", name, "', ", error.what_without_backtrace());
  }
}

}  // namespace

Image::Image(const at::Tensor& tensor, ImageOptions options)
    : source_(source_of(pixels_of(tensor, options), tensor)) {
  check_and_share(std::move(options));
}

Image::Image(const std::filesystem::path& file, ImageOptions options)
    : Image(std::make_shared<ImageSource>(read_image(file)), std::move(options)) {}

Image::Image(std::shared_ptr<ImageSource> source, ImageOptions options) : source_(std::move(source)) {
  check_and_share(std::move(options));
}

Image::Image(const Image& other, ImageOptions options) : source_(other.source_) {
  if (options.mode() != Mode::Auto && !source_->is_file()) {
    source_ = std::make_shared<ImageSource>(other.source_, options.mode());
  }
  const ImageOptions& inherited = other.options();
  if (!options.caption()) {
    options.caption() = inherited.caption();
  }
  if (options.grouping() == 0) {
    options.grouping() = inherited.grouping();
  }
  if (options.classes().empty()) {
    options.classes() = inherited.classes();
  }
  check_and_share(std::move(options));
}

std::vector<Image> Image::batch(const at::Tensor& nchw, const ImageOptions& options) {
  TORCH_CHECK_VALUE(nchw.defined() && nchw.dim() == 4, "expected a batch [N,C,H,W] or [N,H,W,C], got ",
                    ops::describe(nchw));
  TORCH_CHECK_VALUE(nchw.numel() > 0, "expected a batch with no empty dimension, got ", ops::describe(nchw));
  std::vector<Image> images;
  images.reserve(static_cast<std::size_t>(nchw.size(0)));
  if (nchw.is_cpu()) {  // memory of its own for each: one that waits does not keep the batch
    for (const at::Tensor& picture : nchw.unbind()) {
      images.push_back(Image(picture, options));
    }
    return images;
  }
  // An accelerator is asked once for all of them.
  const DevicePixels pixels(ops::convert_pixels(nchw, reading(options)), nchw);
  check_dimensions(pixels.tensor().size(2), pixels.tensor().size(1));
  for (std::int64_t i = 0; i < nchw.size(0); ++i) {
    images.push_back(Image(std::make_shared<ImageSource>(pixels.picture(i)), options));
  }
  return images;
}

void Image::check_and_share(ImageOptions options) {
  std::set<std::string> names;
  for (const auto& [name, mask] : options.masks()) {
    TORCH_CHECK_VALUE(names.insert(store::valid_utf8(name)).second, "mask '", name, "' is given twice");
    check_mask(name, mask.data(), *source_);
  }
  names.clear();
  for (const auto& [name, boxes] : options.boxes()) {
    TORCH_CHECK_VALUE(names.insert(store::valid_utf8(name)).second, "boxes '", name, "' are given twice");
    check_boxes(name, boxes.data(), options.classes());
  }
  options_ = std::make_shared<const ImageOptions>(std::move(options));
}

const at::Tensor& Image::pixels() const { return source_->pixels(); }
std::int64_t Image::width() const noexcept { return source_->width(); }
std::int64_t Image::height() const noexcept { return source_->height(); }

bool Image::file_is_set() const noexcept { return is_bound() || source_->is_file(); }

Mode Image::guess_mode(const at::Tensor& data) {
  TORCH_CHECK_VALUE(data.defined() && (data.dim() == 2 || data.dim() == 3),
                    "expected an image [H,W], [C,H,W] or [H,W,C], got ", ops::describe(data));
  std::int64_t channels = data.dim() == 2 ? 1 : data.size(0);
  if (!is_channel_count(channels)) {
    channels = data.size(2);
  }
  switch (channels) {
    case 1:
      return Mode::L;
    case 2:
      return Mode::LA;
    case 3:
      return Mode::RGB;
    case 4:
      return Mode::RGBA;
    default:
      TORCH_CHECK_VALUE(false, "expected 1 to 4 channels in the first or last dimension, got ",
                        ops::describe(data));
  }
}

at::Tensor Image::to_uint8(const at::Tensor& data) {
  TORCH_CHECK_TYPE(data.defined() && !data.is_complex() && !data.is_meta(),
                   "expected a tensor of a real dtype, got ", ops::describe(data));
  if (data.numel() == 0) {
    return at::empty(data.sizes(), data.options().dtype(at::kByte));
  }
  // Elements have no shape to respect, so they pass as one grey line.
  return ops::to_pixels(data.reshape({1, -1}), Mode::L, Range::Auto, Layout::Auto).reshape(data.sizes());
}

std::string Image::get_media_subdir() { return std::string(store::kImageFolder); }

}  // namespace sconce
