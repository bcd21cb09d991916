#pragma once

#include <memory>

#include "sconce/classes.h"

namespace at {
class Tensor;
}

namespace sconce {
struct MaskData;

/// A layer of class ids over an image (wandb's ImageMask): what a segmentation network says of each pixel.
/// Immutable and cheap to copy. The labels are taken now: writing to the tensor afterwards changes nothing.
class Mask {
 public:
  /// labels: [H,W], [1,H,W] or [H,W,1] of bool, integers or integral floating point, ids 0 to 255, any device.
  /// classes: names for the ids; with none, those of ImageOptions::classes, else "class_<id>".
  /// Throws c10::ValueError or c10::TypeError for another shape, dtype or, on the CPU, id. On an accelerator
  /// ids are checked after they arrived on the host: a bad mask is then left out and RunOptions::on_error
  /// hears of it.
  explicit Mask(const at::Tensor& labels, Classes classes = {});

  const MaskData& data() const noexcept { return *data_; }  ///< for sconce's own sources

 private:
  std::shared_ptr<const MaskData> data_;
};

}  // namespace sconce
