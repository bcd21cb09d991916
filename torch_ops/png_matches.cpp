#include "torch_ops/png_matches.h"

#include <tuple>

namespace sconce::ops {
namespace {

constexpr std::int64_t kShortestMatch = 3;

/// bool [B,P]: where the bands of a picture have bytes.
at::Tensor held(const PngFormat& format, const at::TensorOptions& integers) {
  const PngBands& bands = format.bands;
  const at::Tensor sizes = at::full({bands.count, 1}, bands.size, integers);
  sizes.narrow(0, bands.count - 1, 1).fill_(format.size() - (bands.count - 1) * bands.size);
  return at::arange(bands.padded, integers).lt(sizes);
}

/// Numbers of bands, [N*B,P] to int32, each in its own range of `range` numbers.
at::Tensor numbered(const at::Tensor& of_bands, std::int64_t range) {
  const auto integers = of_bands.options().dtype(at::kInt);
  return of_bands.add(at::arange(of_bands.size(0), integers).mul_(range).unsqueeze(1));
}

/// For each byte the first distance at which it is one of three or more that were there before, as 2^i, or 0.
/// uint8 [N*B,P].
at::Tensor distances_of(const at::Tensor& bytes, const at::Tensor& held,
                        const std::vector<std::int64_t>& distances) {
  const std::int64_t size = bytes.size(1);
  const at::Tensor repeated = at::zeros_like(bytes);
  for (std::size_t i = 0; i < distances.size(); ++i) {
    const std::int64_t rest = size - distances[i];
    repeated.narrow(1, distances[i], rest)
        .add_(bytes.narrow(1, distances[i], rest).eq(bytes.narrow(1, 0, rest)), std::int64_t{1} << i);
  }
  repeated.view({-1, held.size(0), size}).mul_(held);
  const std::int64_t starts = size - (kShortestMatch - 1);
  const at::Tensor three = repeated.narrow(1, 0, starts)
                               .bitwise_and(repeated.narrow(1, 1, starts))
                               .bitwise_and_(repeated.narrow(1, 2, starts));
  const at::Tensor of_three = at::constant_pad_nd(three, {0, kShortestMatch - 1});
  for (std::int64_t i = 1; i < kShortestMatch; ++i) of_three.narrow(1, i, starts).bitwise_or_(three);
  return of_three.bitwise_and(of_three.neg());
}

/// Runs of one distance, cut into matches: for each byte, int16 [segments,S].
struct Matches {
  at::Tensor within;   ///< how many bytes of its match are before it
  at::Tensor lengths;  ///< of its match
};

Matches cut_into_matches(const at::Tensor& distances, const at::Tensor& positions) {
  const std::int64_t segment = distances.size(1), all_but_one = segment - 1;
  const at::Tensor later = distances.narrow(1, 1, all_but_one), earlier = distances.narrow(1, 0, all_but_one);
  const at::Tensor like_next = at::zeros(distances.sizes(), distances.options().dtype(at::kBool));
  at::Tensor all_but_last = like_next.narrow(1, 0, all_but_one);
  at::eq_out(all_but_last, later, earlier);
  const at::Tensor like_last = at::zeros_like(like_next);
  like_last.narrow(1, 1, all_but_one).copy_(all_but_last);
  const at::Tensor everywhere = positions.expand(distances.sizes());
  const at::Tensor first = std::get<0>(everywhere.masked_fill(like_last, 0).cummax(1));
  const at::Tensor last = std::get<0>(everywhere.masked_fill(like_next, segment).flip(1).cummin(1)).flip(1);
  const at::Tensor within = at::sub(positions, first).remainder_(kMostMatch);
  return {within, last.sub_(positions).add_(within).add_(1).clamp_max_(kMostMatch)};
}

/// int32 [segments,S + 1]: about what the bytes before take. Where zeros make up most of a band their matches
/// will, and then they are not as cheap as their number lets them seem.
at::Tensor costs_before(const FilteredBands& filtered, std::int64_t segment) {
  constexpr std::int64_t kLeast = 2 * kPartsOfBit;
  const at::Tensor costs = filtered.costs.clamp_min(kLeast).flatten();
  const at::Tensor of_bytes = costs.index_select(0, numbered(filtered.bytes, 256).flatten());
  const at::Tensor before = at::empty({of_bytes.size(0) / segment, segment + 1}, of_bytes.options());
  before.select(1, 0).zero_();
  at::Tensor behind_first = before.narrow(1, 1, segment);
  at::cumsum_out(behind_first, of_bytes.view({-1, segment}), 1, at::kInt);
  return before;
}

/// int32 [segments,S]: about what the bytes of a match take without it.
at::Tensor costs_without(const Matches& matches, const FilteredBands& filtered, const at::Tensor& positions) {
  const at::Tensor before = costs_before(filtered, positions.size(0));
  const at::Tensor rows = at::arange(before.size(0), before.options()).mul_(before.size(1)).unsqueeze(1);
  const at::Tensor ends = rows.add(positions).sub_(matches.within);
  const at::Tensor before_match = before.flatten().index_select(0, ends.flatten());
  ends.add_(matches.lengths);
  return before.flatten().index_select(0, ends.flatten()).sub_(before_match).view_as(ends);
}

/// Whether its match is worth more than the bytes, bool [segments,S].
at::Tensor matched(const Matches& matches, const at::Tensor& distances, const at::Tensor& costs) {
  constexpr std::int64_t kBitsOfMatch = 10, kBitsOfDistance = 2;
  return costs.sub(distances.gt(1).to(at::kInt), kBitsOfDistance * kPartsOfBit)
      .ge(kBitsOfMatch * kPartsOfBit)
      .logical_and_(matches.lengths.ge(kShortestMatch))
      .logical_and_(distances.ne(0));
}

}  // namespace

std::vector<std::int64_t> png_distances(const PngFormat& format) {
  std::vector<std::int64_t> distances = {1};
  for (std::int64_t pixels = format.pixel == 1 ? 2 : 1; pixels <= 4; ++pixels) {
    distances.push_back(pixels * format.pixel);
  }
  return distances;
}

at::Tensor png_symbols(const FilteredBands& filtered, const PngFormat& format) {
  const at::Tensor& bytes = filtered.bytes;
  const std::int64_t segment = format.bands.segment;
  const at::Tensor positions = at::arange(segment, bytes.options().dtype(at::kShort));
  const at::Tensor silent = positions.bitwise_and(kSilent - 1).add_(kFirstSilent);
  const at::Tensor is_held = held(format, bytes.options().dtype(at::kInt));
  const at::Tensor distances = distances_of(bytes, is_held, png_distances(format)).view({-1, segment});
  const Matches matches = cut_into_matches(distances, positions);
  const at::Tensor is_matched = matched(matches, distances, costs_without(matches, filtered, positions));
  const at::Tensor behind_first =
      at::where(matches.within.eq(1), distances.to(at::kShort).add_(kFirstDistance), silent);
  const at::Tensor of_match = at::where(matches.within.eq(0), matches.lengths.add(kFirstMatch), behind_first);
  const at::Tensor symbols = at::where(is_matched, of_match, bytes.view_as(is_matched).to(at::kShort));
  const std::int64_t segments = format.bands.padded / segment;
  const at::Tensor of_held = at::where(is_held.view({-1, segments, segment}),
                                       symbols.view({-1, format.bands.count, segments, segment}), silent);
  return numbered(of_held.view(bytes.sizes()), kPngSymbols);
}

}  // namespace sconce::ops
