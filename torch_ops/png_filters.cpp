#include "torch_ops/png_filters.h"

namespace sconce::ops {
namespace {

FilterInput neighbours(const at::Tensor& rows, const at::Tensor& rows_above, std::int64_t pixel) {
  const std::int64_t size = rows.size(2) - pixel;
  return {rows.narrow(2, pixel, size), rows.narrow(2, 0, size), rows_above.narrow(2, pixel, size),
          rows_above.narrow(2, 0, size)};
}

at::Tensor average(const FilterInput& input) {
  return input.left.to(at::kShort).add_(input.above).bitwise_right_shift_(1).to(at::kByte);
}

/// The one of the three that is nearest to left + above - above_left; of equals the first.
at::Tensor paeth(const FilterInput& input) {
  const at::Tensor corner = input.above_left.to(at::kShort);
  const at::Tensor down = input.left.to(at::kShort).sub_(corner);
  const at::Tensor right = input.above.to(at::kShort).sub_(corner);
  const at::Tensor from_corner = down.add(right).abs_();
  const at::Tensor from_left = right.abs_();
  const at::Tensor from_above = down.abs_();
  const at::Tensor above_or_corner = at::where(from_above.le(from_corner), input.above, input.above_left);
  return at::where(from_left.le(from_above).logical_and_(from_left.le(from_corner)), input.left, above_or_corner);
}

}  // namespace

at::Tensor with_border(const at::Tensor& rows, std::int64_t pixel) {
  return at::constant_pad_nd(rows, {pixel, 0, 1, 0});
}

FilterInput filter_input(const at::Tensor& bordered, std::int64_t pixel) {
  const std::int64_t height = bordered.size(1) - 1;
  return neighbours(bordered.narrow(1, 1, height), bordered.narrow(1, 0, height), pixel);
}

FilterInput filter_input(const at::Tensor& bordered, std::int64_t pixel, const at::Tensor& numbers) {
  return neighbours(bordered.index_select(1, numbers.add(1)), bordered.index_select(1, numbers), pixel);
}

void filter_into(at::Tensor residuals, const FilterInput& input, std::int64_t filter) {
  switch (filter) {
    case 0:
      residuals.copy_(input.here);
      return;
    case 1:
      at::sub_out(residuals, input.here, input.left);
      return;
    case 2:
      at::sub_out(residuals, input.here, input.above);
      return;
    case 3:
      at::sub_out(residuals, input.here, average(input));
      return;
    default:
      at::sub_out(residuals, input.here, paeth(input));
  }
}

}  // namespace sconce::ops
