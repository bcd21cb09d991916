#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <torch/arg.h>
#include <nlohmann/json_fwd.hpp>

#include "sconce/boxes.h"
#include "sconce/classes.h"
#include "sconce/mask.h"
#include "sconce/ops.h"

namespace sconce {
class ImageSource;
class Run;
struct ImageBinding;
namespace store {
struct StoredImage;
}

/// How an image is read and what is laid over it. One set serves a whole loop.
struct ImageOptions {
  using MaskMap = std::vector<std::pair<std::string, Mask>>;  ///< in the order they are written
  using BoxesMap = std::vector<std::pair<std::string, Boxes>>;

  /// Text below the image. Unset and "" differ, as in wandb.
  TORCH_ARG(std::optional<std::string>, caption);
  TORCH_ARG(Mode, mode) = Mode::Auto;
  TORCH_ARG(Range, range) = Range::Auto;
  TORCH_ARG(Layout, layout) = Layout::Auto;
  /// wandb's grouping; 0 is none.
  TORCH_ARG(std::int64_t, grouping) = 0;
  /// Names for the masks and boxes that bring none of their own.
  TORCH_ARG(Classes, classes);
  /// Layers by name: {{"prediction", Mask(...)}, {"truth", Mask(...)}}. Masks are as large as the image.
  TORCH_ARG(MaskMap, masks);
  TORCH_ARG(BoxesMap, boxes);
};

/// A picture on its way to a run: wandb.Image for tensors. Immutable but for bind_to_run(), cheap to copy; the
/// same Image may be logged from several threads, and is encoded once.
class Image {
 public:
  // wandb's names, so that its documentation fits.
  static constexpr std::int64_t MAX_DIMENSION = 65500;  ///< of width and height, enforced
  static constexpr std::int64_t MAX_ITEMS = 108;        ///< of a list that W&B's page shows; all are written
  static constexpr std::string_view artifact_type = "image-file";

  /// tensor: [H,W], [C,H,W] or [H,W,C], see ops::to_pixels; a batch [N,C,H,W] becomes one grid
  /// (ops::make_grid). Converts now, on the tensor's device and its current stream, without waiting for it; on
  /// the CPU without LibTorch's threads.
  /// Throws c10::ValueError or c10::TypeError that says what was expected and what came.
  explicit Image(const at::Tensor& tensor, ImageOptions options = {});
  /// A png, jpg, jpeg, bmp, gif or webp file, read now and stored byte for byte; mode, range and layout are not
  /// used. Throws std::filesystem::filesystem_error if it cannot be read, c10::ValueError if it is not a whole
  /// image. A PNG is decoded once to be sure.
  explicit Image(const std::filesystem::path& file, ImageOptions options = {});
  /// The same pixels or file with other options. As in wandb, caption, grouping and classes are kept where
  /// options name none, and masks and boxes are not. A stated mode converts pixels, when they are needed; range
  /// and layout are not used.
  Image(const Image& other, ImageOptions options);
  /// One image for each of [N,C,H,W] or [N,H,W,C].
  static std::vector<Image> batch(const at::Tensor& nchw, const ImageOptions& options = {});

  /// uint8 [H,W,C] (Mode::I16: int32 [H,W,1]), CPU, contiguous: put into this order at the first call, from any
  /// thread. Waits for the device if it must; undefined for an image made from a file.
  const at::Tensor& pixels() const;
  std::int64_t width() const noexcept;
  std::int64_t height() const noexcept;
  const ImageOptions& options() const noexcept { return *options_; }

  /// The mode that Mode::Auto stands for, from the shape alone.
  static Mode guess_mode(const at::Tensor& data);
  /// uint8 of the same shape: floats on [0,1], integers on [0,255], clipped. wandb's documented contract.
  static at::Tensor to_uint8(const at::Tensor& data);
  static std::string get_media_subdir();  ///< "media/images"

  /// Encodes and writes the image with its layers into run, now, on this thread. key and step name the files.
  /// Throws if the run is finished, the key is bad, or the disk refuses. Not safe together with other uses of
  /// this same object; copies are independent.
  void bind_to_run(Run& run, std::string_view key, std::int64_t step);
  bool is_bound() const noexcept { return binding_ != nullptr; }
  /// There is a file: it was made from one, or it is bound.
  bool file_is_set() const noexcept;
  /// The history cell of a bound image. Throws c10::ValueError if it is not bound, or bound to another run.
  nlohmann::ordered_json to_json(const Run& run) const;

  /// Binds every image and returns the "images/separated" cell. All four write under run_key and step.
  static nlohmann::ordered_json seq_to_json(const std::vector<Image>& images, Run& run, std::string_view key,
                                            std::int64_t step);
  /// One entry per image, an object by layer name, or null for an image without; null if no image has any.
  static nlohmann::ordered_json all_masks(const std::vector<Image>& images, Run& run, std::string_view run_key,
                                          std::int64_t step);
  static nlohmann::ordered_json all_boxes(const std::vector<Image>& images, Run& run, std::string_view run_key,
                                          std::int64_t step);
  /// One caption per image, null for none; null if no image has one. Two names for it, as in wandb.
  static nlohmann::ordered_json all_captions(const std::vector<Image>& images);
  static nlohmann::ordered_json captions(const std::vector<Image>& images);

  // For sconce's own sources.
  Image(std::shared_ptr<ImageSource> source, ImageOptions options);
  ImageSource& source() const noexcept { return *source_; }

 private:
  void check_and_share(ImageOptions options);
  static std::vector<store::StoredImage> bind_all(const std::vector<Image>& images, Run& run, std::string_view key,
                                                  std::int64_t step);

  std::shared_ptr<ImageSource> source_;
  std::shared_ptr<const ImageOptions> options_;
  std::shared_ptr<const ImageBinding> binding_;
};

}  // namespace sconce
