#pragma once

#include <ATen/ATen.h>

#include "torch_ops/png_format.h"

namespace sconce::ops {

struct FilteredBands {
  at::Tensor bytes;  ///< uint8 [N*B,P]: rows, each behind its filter's number; zeros where there are none
  at::Tensor costs;  ///< int32 [N*B,256]: about what a byte takes in its band, in parts of a bit
};

constexpr std::int64_t kPartsOfBit = 64;

/// rows: uint8 [N,H,R]. Each row gets the filter whose residuals take the fewest bits with a code that suits its
/// band.
FilteredBands filtered_bands(const at::Tensor& rows, const PngFormat& format);

}  // namespace sconce::ops
