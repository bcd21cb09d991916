#pragma once

#include <ATen/ATen.h>

#include <cstdint>

namespace sconce::ops {

/// PNG's filters, by their numbers: none, left, above, their average, Paeth.
constexpr std::int64_t kPngFilters = 5;

/// Bytes of rows, uint8 [N,H,R], and for each byte the one a pixel before it, the one above it, and the one above
/// that. Outside of a picture there are zeros.
struct FilterInput {
  at::Tensor here;
  at::Tensor left;
  at::Tensor above;
  at::Tensor above_left;
};

/// rows, uint8 [N,H,R], with a row of zeros above and a pixel of zeros on the left: [N,H+1,R+pixel].
at::Tensor with_border(const at::Tensor& rows, std::int64_t pixel);

/// All rows of what with_border() made, views.
FilterInput filter_input(const at::Tensor& bordered, std::int64_t pixel);

/// Some of its rows, by an int64 tensor of their numbers.
FilterInput filter_input(const at::Tensor& bordered, std::int64_t pixel, const at::Tensor& numbers);

/// Writes what the filter leaves of the bytes.
void filter_into(at::Tensor residuals, const FilterInput& input, std::int64_t filter);

}  // namespace sconce::ops
