#include "torch_ops/png_plan.h"

#include "torch_ops/png_file.h"
#include "torch_ops/png_matches.h"

namespace sconce::ops {
namespace {

/// Of all bands of a picture. sums: [B] of the sums of adler_sums(), as far as they are.
class Checksum {
 public:
  explicit Checksum(std::int64_t size) : behind_(size), weighted_(size % kAdlerModulus) {}

  /// size: of a band that lacks no row.
  void add(const std::int32_t* sums, std::int64_t size) {
    behind_ -= size;  // below zero where rows are lacking: those are zeros
    const std::int64_t distance = (behind_ % kAdlerModulus + kAdlerModulus) % kAdlerModulus;
    weighted_ = (weighted_ + sums[1] + sums[0] * distance) % kAdlerModulus;
    sum_ = (sum_ + sums[0]) % kAdlerModulus;
  }

  std::uint32_t value() const { return static_cast<std::uint32_t>(weighted_ << 16 | sum_); }

 private:
  std::int64_t behind_;  ///< bytes behind the bands so far
  std::int64_t sum_ = 1;
  std::int64_t weighted_;
};

/// counts: of its bands.
PngPlan plan_of(const at::Tensor& counts, const PngFormat& format) {
  PngPlan plan{};
  Checksum checksum(format.size());
  const std::vector<std::int64_t> distances = png_distances(format);
  const std::int64_t bands = counts.size(0);
  for (std::int64_t i = 0; i < bands; ++i) {
    const auto* const of_band = counts.data_ptr<std::int32_t>() + i * counts.size(1);
    plan.bands.push_back(band_code(of_band, distances, i + 1 == bands));
    plan.bits += plan.bands.back().bits();
    checksum.add(of_band + png::kLengthSymbols + distances.size(), format.bands.size);
  }
  plan.checksum = checksum.value();
  return plan;
}

}  // namespace

std::int64_t PngPlan::file_size() const { return png_file_size(bits); }

std::vector<PngPlan> plan_pictures(const at::Tensor& counts, const PngFormat& format) {
  std::vector<PngPlan> plans;
  for (const at::Tensor& of_picture : counts.split(format.bands.count)) {
    plans.push_back(plan_of(of_picture, format));
  }
  return plans;
}

}  // namespace sconce::ops
