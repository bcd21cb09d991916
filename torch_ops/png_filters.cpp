#include "torch_ops/png_filters.h"

namespace sconce::ops {
namespace {

/// PNG's filters, by their numbers: none, left, above, their average, Paeth.
constexpr std::int64_t kFilters = 5;
constexpr std::int64_t kRoomForFilter = 8;
constexpr std::int64_t kBytes = 256;

/// Bytes of rows, uint8 [N,H,R], and for each byte the one a pixel before it, the one above it, and the one above
/// that. Outside of a picture there are zeros.
struct Neighbours {
  at::Tensor here;
  at::Tensor left;
  at::Tensor above;
  at::Tensor above_left;
};

/// rows: with a row of zeros above and a pixel of zeros on the left.
Neighbours neighbours(const at::Tensor& rows, std::int64_t pixel) {
  const std::int64_t height = rows.size(1) - 1, size = rows.size(2) - pixel;
  const at::Tensor here = rows.narrow(1, 1, height), above = rows.narrow(1, 0, height);
  return {here.narrow(2, pixel, size), here.narrow(2, 0, size), above.narrow(2, pixel, size),
          above.narrow(2, 0, size)};
}

/// The one of the three that is nearest to left + above - above_left; of equals the first. Where 3 above_left -
/// sum lies at or beyond the lower one of left and above, that is the higher one; at or beyond the higher one, the
/// lower one; and between them it is above_left. sum: of left and above.
at::Tensor paeth(const Neighbours& of, const at::Tensor& sum) {
  const at::Tensor threshold = at::sub(of.above_left, sum).add_(of.above_left, 2);
  const at::Tensor low = at::minimum(of.left, of.above), high = at::maximum(of.left, of.above);
  return at::where(threshold.le(low), high, at::where(high.le(threshold), low, of.above_left));
}

/// residuals: uint8 [5,N,H,R].
void filter_into(const at::Tensor& residuals, const Neighbours& of) {
  const auto put = [&](std::int64_t filter, const at::Tensor& expected) {
    at::Tensor to = residuals[filter];
    at::sub_out(to, of.here, expected);
  };
  const at::Tensor sum = of.left.to(at::kShort).add_(of.above);
  residuals[0].copy_(of.here);
  put(1, of.left);
  put(2, of.above);
  put(4, paeth(of, sum));
  put(3, sum.bitwise_right_shift(1));
}

/// All rows in all ways, behind their filters' numbers, uint8 [5,N,H',R+1]. Rows that a picture lacks are zeros in
/// the first way.
at::Tensor filtered_in_all_ways(const at::Tensor& rows, const PngFormat& format) {
  const at::Tensor bordered =
      at::constant_pad_nd(rows, {format.pixel, 0, 1, format.padded_rows() - format.header.height});
  const Neighbours of = neighbours(bordered, format.pixel);
  const at::Tensor filtered =
      at::empty({kFilters, rows.size(0), format.padded_rows(), format.row + 1}, rows.options());
  filtered.select(3, 0).copy_(at::arange(kFilters, rows.options()).view({kFilters, 1, 1}));
  filter_into(filtered.narrow(3, 1, format.row), of);
  return filtered;
}

/// Every so many columns are looked at to choose a filter, each channel in its turn.
std::int64_t column_step(const PngFormat& format) {
  constexpr std::int64_t kFewColumns = 512;
  return format.row < kFewColumns ? 1 : 5;
}

/// Of bytes by how often they come, int64 [...,256] to int32. A byte that did not come may still do.
at::Tensor costs_of(const at::Tensor& counts) {
  constexpr double kUnseen = 0.3;
  const at::Tensor all = counts.sum(-1, /*keepdim=*/true).to(at::kDouble).add_(kUnseen * kBytes);
  const at::Tensor seen = counts.to(at::kDouble).add_(kUnseen);
  return all.log2_().sub(seen.log2_()).mul_(kPartsOfBit).round_().to(at::kInt);
}

/// Where a cost is smallest, int64 [5,...] to [...]; of equals the first.
at::Tensor cheapest(const at::Tensor& costs) {
  const at::Tensor numbers = at::arange(kFilters, costs.options()).view({kFilters, 1});
  const at::Tensor numbered = costs.flatten(1).mul(kRoomForFilter).add_(numbers);
  return numbered.amin(0).bitwise_and_(kRoomForFilter - 1);
}

/// Bytes of some columns in all ways, int32 [5,N,H,columns]; those of a band are numbered from 256 times its
/// number on.
at::Tensor sampled(const at::Tensor& filtered, const PngFormat& format) {
  const std::int64_t count = filtered.size(1), height = format.header.height;
  const auto integers = filtered.options().dtype(at::kInt);
  const at::Tensor band_of_row = at::arange(count, integers)
                                     .mul_(format.bands.count)
                                     .unsqueeze(1)
                                     .add(at::arange(height, integers).floor_divide_(format.bands.rows));
  return filtered.narrow(2, 0, height)
      .slice(3, 1, c10::nullopt, column_step(format))
      .add(band_of_row.mul_(kBytes).unsqueeze(2));
}

/// Of bytes behind the filter that is best for all rows of a band, int32 [bands,256].
at::Tensor costs_behind_best(const at::Tensor& sample, std::int64_t bands) {
  const at::Tensor counts = at::zeros({kFilters, bands * kBytes}, sample.options());
  for (std::int64_t filter = 0; filter < kFilters; ++filter) {
    const at::Tensor of_filter = sample[filter].flatten();
    counts[filter].index_add_(0, of_filter, at::ones({1}, sample.options()).expand_as(of_filter));
  }
  const at::Tensor by_band = counts.view({kFilters, bands, kBytes}).to(at::kLong);
  const at::Tensor costs = costs_of(by_band);
  const at::Tensor best = cheapest(by_band.mul(costs).sum(-1)).view({1, -1, 1});
  return costs.gather(0, best.expand({1, -1, kBytes})).squeeze(0);
}

}  // namespace

FilteredBands filtered_bands(const at::Tensor& rows, const PngFormat& format) {
  const std::int64_t count = rows.size(0), height = format.header.height;
  const PngBands& bands = format.bands;
  const at::Tensor filtered = filtered_in_all_ways(rows, format);
  const at::Tensor sample = sampled(filtered, format);
  const at::Tensor costs = costs_behind_best(sample, count * bands.count);
  const at::Tensor of_rows = costs.flatten().index_select(0, sample.flatten()).view(sample.sizes()).sum(-1);
  const at::Tensor filters =
      at::constant_pad_nd(cheapest(of_rows).view({count, height}), {0, format.padded_rows() - height});
  const std::int64_t all_rows = count * format.padded_rows();
  const at::Tensor chosen = filters.flatten().mul_(all_rows).add_(at::arange(all_rows, filters.options()));
  const at::Tensor bytes =
      filtered.view({kFilters * all_rows, format.row + 1}).index_select(0, chosen).view({-1, bands.size});
  return {at::constant_pad_nd(bytes, {0, bands.padded - bands.size}), costs};
}

}  // namespace sconce::ops
