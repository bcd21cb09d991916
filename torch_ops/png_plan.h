#pragma once

#include <ATen/ATen.h>

#include <cstdint>
#include <vector>

#include "torch_ops/png_code.h"
#include "torch_ops/png_format.h"

namespace sconce::ops {

/// What is known of a picture when its symbols have been counted.
struct PngPlan {
  std::vector<BandCode> bands;
  std::uint32_t checksum;  ///< zlib's
  std::int64_t bits;       ///< of the blocks

  /// To the byte.
  std::int64_t file_size() const;
};

/// The checksum's sums are taken modulo this.
constexpr std::int64_t kAdlerModulus = 65521;

/// Of N pictures. counts: int32 [N*B,png::kLengthSymbols + distances + 2] on the CPU, of each band what
/// count_symbols() and adler_sums() tell, beside each other.
std::vector<PngPlan> plan_pictures(const at::Tensor& counts, const PngFormat& format);

}  // namespace sconce::ops
