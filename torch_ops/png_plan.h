#pragma once

#include <ATen/ATen.h>

#include <cstdint>
#include <vector>

#include "torch_ops/png_code.h"
#include "torch_ops/png_format.h"

namespace sconce::ops {

// encode_png() in its two halves, for those who want to see the sizes of files before they are made.

/// What is known of a picture when its symbols have been counted.
struct PngPlan {
  std::vector<BandCode> bands;
  std::uint32_t checksum;  ///< zlib's
  std::int64_t bits;       ///< of the blocks

  /// Of the file that encode_planned() makes, to the byte.
  std::int64_t file_size() const;
};

/// Of pictures of one size and kind. What is on the device takes four bytes for each byte of pixels.
struct PngPlans {
  PngFormat format;
  std::vector<PngPlan> pictures;
  at::Tensor symbols;  ///< int32 [N,B*P], on the device
};

/// How many of these pictures are worth doing at once: as many as are in 32 MiB of pixels, and one at least.
std::int64_t pictures_at_once(const at::Tensor& pixels);

/// Filters and counts. Waits for the device once. Takes and throws what encode_png() does.
PngPlans plan_png(const at::Tensor& pixels);

/// Files of these pictures of the plans, in their order, uint8 on the CPU, beside each other in memory that they
/// share. Waits for the device once. Pictures that are left out cost nothing.
std::vector<at::Tensor> encode_planned(const PngPlans& plans, const std::vector<std::int64_t>& pictures);

}  // namespace sconce::ops
