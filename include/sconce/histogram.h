#pragma once

#include <cstdint>
#include <memory>

namespace at {
class Tensor;
}

namespace sconce {
struct HistogramData;

/// The distribution of a tensor's values (wandb's Histogram), counted now, on the tensor's device.
/// Immutable and cheap to copy.
class Histogram {
 public:
  /// values: any shape and real dtype, empty ones too. bins: 1 to 512, W&B's limit. Bins are numpy.histogram's
  /// (see ops::histogram_counts); NaN and infinities are in no bin, and their number is written as "non_finite".
  explicit Histogram(const at::Tensor& values, std::int64_t bins = 64);

  const HistogramData& data() const noexcept { return *data_; }  ///< for sconce's own sources

 private:
  std::shared_ptr<const HistogramData> data_;
};

}  // namespace sconce
