#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <torch/arg.h>

#include "sconce/classes.h"
#include "sconce/ops.h"

namespace sconce {
struct BoxesData;

/// What belongs to the boxes of one layer. Tensors are of length N, the number of boxes, on any device.
struct BoxesOptions {
  using Scores = std::vector<std::pair<std::string, at::Tensor>>;

  TORCH_ARG(BoxFormat, format) = BoxFormat::XYXY;
  /// Coordinates are fractions of the image's width and height; else pixels.
  TORCH_ARG(bool, normalized) = false;
  /// A caption for each box.
  TORCH_ARG(std::vector<std::string>, captions);
  /// Names for the class ids; with none, those of ImageOptions::classes, else "class_<id>".
  TORCH_ARG(Classes, classes);

 public:
  /// Class ids, integers [N]. Without them every box is of class 0, or of none where
  /// classes are given.
  BoxesOptions& labels(const at::Tensor& class_ids);
  /// Named scores, each [N], finite: W&B's page filters boxes by them.
  BoxesOptions& scores(Scores scores);
  const at::Tensor* labels() const noexcept { return labels_.get(); }
  const Scores* scores() const noexcept { return scores_.get(); }

 private:
  std::shared_ptr<const at::Tensor> labels_;
  std::shared_ptr<const Scores> scores_;
};

/// A layer of boxes over an image (wandb's BoundingBoxes2D). Immutable and cheap to copy; takes the values now.
class Boxes {
 public:
  /// coordinates: [N,4], N may be 0, any real dtype, in options.format(), on any device.
  /// Throws c10::ValueError that names the box for NaN, infinite or inverted coordinates, labels, scores or
  /// captions of another length, scores that are not finite, and a class id without a name where classes are
  /// given. Values on an accelerator are checked after they arrived on the host: bad boxes are then left out and
  /// RunOptions::on_error hears of it.
  explicit Boxes(const at::Tensor& coordinates, BoxesOptions options = {});

  const BoxesData& data() const noexcept { return *data_; }  ///< for sconce's own sources

 private:
  std::shared_ptr<const BoxesData> data_;
};

}  // namespace sconce
