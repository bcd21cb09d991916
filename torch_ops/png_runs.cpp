#include "torch_ops/png_runs.h"

#include <tuple>

namespace sconce::ops {
namespace {

/// bool [B,P]: where the bands of a picture have bytes.
at::Tensor held(const PngFormat& format, const at::TensorOptions& integers) {
  const PngBands& bands = format.bands;
  const at::Tensor sizes = at::full({bands.count, 1}, bands.size, integers);
  sizes.narrow(0, bands.count - 1, 1).fill_(format.size() - (bands.count - 1) * bands.size);
  return at::arange(bands.padded, integers).lt(sizes);
}

/// bool [N,B,P]: whether a byte is like the one before it, in the same band.
at::Tensor repeated(const at::Tensor& bytes, const at::Tensor& held) {
  at::Tensor same = at::zeros(bytes.sizes(), bytes.options().dtype(at::kBool));
  at::Tensor behind_first = same.narrow(1, 1, bytes.size(1) - 1);
  at::eq_out(behind_first, bytes.narrow(1, 1, bytes.size(1) - 1), bytes.narrow(1, 0, bytes.size(1) - 1));
  return same.view({-1, held.size(0), held.size(1)}).logical_and_(held);
}

/// uint8 [N*B,256]: from what length on a match is worth more than its bytes. Where zeros make up most of a band
/// their matches will, and then they are not as cheap as their number lets them seem.
at::Tensor shortest_matches(const at::Tensor& costs) {
  constexpr std::int64_t kBitsOfMatch = 10, kLongest = 5, kShortest = 3;
  at::Tensor shortest = at::full(costs.sizes(), kLongest, costs.options().dtype(at::kByte));
  for (std::int64_t length = kLongest - 1; length >= kShortest; --length) {
    shortest.sub_(costs.ge((kBitsOfMatch * kPartsOfBit + length - 1) / length).to(at::kByte));
  }
  return shortest;
}

at::Tensor numbered(const at::Tensor& of_bands, std::int64_t range) {
  const at::Tensor numbers = of_bands.to(at::kInt);
  return numbers.add_(at::arange(numbers.size(0), numbers.options()).mul_(range).unsqueeze(1));
}

}  // namespace

at::Tensor png_symbols(const FilteredBands& filtered, const PngFormat& format) {
  const at::Tensor& bytes = filtered.bytes;
  const std::int64_t segment = format.bands.segment;
  const at::Tensor positions = at::arange(segment, bytes.options().dtype(at::kShort));
  const at::Tensor silent = positions.bitwise_and(kSilent - 1).add_(kFirstSilent);
  const at::Tensor is_held = held(format, bytes.options().dtype(at::kInt));
  const at::Tensor same = repeated(bytes, is_held).view({-1, segment});
  const at::Tensor everywhere = positions.expand(same.sizes());
  const at::Tensor first = std::get<0>(everywhere.masked_fill(same, -1).cummax(1)).add_(1);
  const at::Tensor end = std::get<0>(everywhere.masked_fill(same, segment).flip(1).cummin(1)).flip(1);
  // A run is cut into matches, and each of their bytes learns how long its match is.
  const at::Tensor within = at::sub(positions, first).remainder_(kMostMatch);
  const at::Tensor lengths = end.sub_(positions).add_(within).clamp_max_(kMostMatch);
  const at::Tensor shortest =
      shortest_matches(filtered.costs).flatten().index_select(0, numbered(bytes, 256).flatten());
  const at::Tensor matched = lengths.ge(shortest.view_as(lengths)).logical_and_(same);
  const at::Tensor of_match = at::where(within.eq(0), lengths.add_(kFirstMatch), silent);
  const at::Tensor symbols = at::where(matched, of_match, bytes.view_as(matched).to(at::kShort));
  const at::Tensor of_held =
      at::where(is_held.view({format.bands.count, -1, segment}),
                symbols.view({-1, format.bands.count, bytes.size(1) / segment, segment}), silent);
  return numbered(of_held.view(bytes.sizes()), kPngSymbols);
}

}  // namespace sconce::ops
