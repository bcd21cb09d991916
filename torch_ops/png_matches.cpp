#include "torch_ops/png_matches.h"

#include <limits>
#include <tuple>

namespace sconce::ops {
namespace {

constexpr std::int64_t kShortestMatch = 3;

/// values: where the bands of pictures have no bytes, [P] or one. of_bands: [N*B,P].
void fill_behind(const at::Tensor& of_bands, const at::Tensor& values, const PngFormat& format) {
  const PngBands& bands = format.bands;
  const at::Tensor of_each = values.expand({bands.padded});
  const auto fill = [&](const at::Tensor& some, std::int64_t size) {
    some.narrow(-1, size, bands.padded - size).copy_(of_each.narrow(0, size, bands.padded - size));
  };
  fill(of_bands, bands.size);
  fill(of_bands.view({-1, bands.count, bands.padded}).select(1, -1),
       format.size() - (bands.count - 1) * bands.size);
}

/// Numbers of bands, [N*B,P] to int32, each in its own range of `range` numbers.
at::Tensor numbered(const at::Tensor& of_bands, std::int64_t range) {
  const auto integers = of_bands.options().dtype(at::kInt);
  return of_bands.add(at::arange(of_bands.size(0), integers).mul_(range).unsqueeze(1));
}

/// For each byte the first distance at which it is one of three or more that were there before, as 2^i, or 0.
/// uint8 [N*B,P].
at::Tensor distances_of(const at::Tensor& bytes, const PngFormat& format) {
  const std::vector<std::int64_t> distances = png_distances(format);
  const std::int64_t size = bytes.size(1);
  const at::Tensor repeated = at::zeros_like(bytes);
  for (std::size_t i = 0; i < distances.size(); ++i) {
    const std::int64_t rest = size - distances[i];
    repeated.narrow(1, distances[i], rest)
        .add_(bytes.narrow(1, distances[i], rest).eq(bytes.narrow(1, 0, rest)), std::int64_t{1} << i);
  }
  fill_behind(repeated, at::zeros({1}, bytes.options()), format);
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

/// In each row, up to each place. Its indices, larger than all else, are gone when this returns.
at::Tensor largest_so_far(const at::Tensor& values) { return std::get<0>(values.cummax(1)); }

Matches cut_into_matches(const at::Tensor& distances, const at::Tensor& positions) {
  const std::int64_t segment = distances.size(1), between = segment - 1;
  const at::Tensor borders = at::ones({distances.size(0), segment + 1}, distances.options().dtype(at::kBool));
  at::Tensor inner = borders.narrow(1, 1, between);
  at::ne_out(inner, distances.narrow(1, 1, between), distances.narrow(1, 0, between));
  const at::Tensor is_first = borders.narrow(1, 0, segment), is_last = borders.narrow(1, 1, segment);
  const at::Tensor first = largest_so_far(is_first.mul(positions));
  const at::Tensor last_from_behind = largest_so_far(is_last.flip(1).mul(positions)).flip(1);
  const at::Tensor within = at::sub(positions, first).remainder_(kMostMatch);
  const at::Tensor left = at::rsub(positions, segment).sub(last_from_behind);
  return {within, left.add_(within).clamp_max_(kMostMatch)};
}

// What bytes take, so coarsely that it fits into an int16 for the longest match.
constexpr std::int64_t kCoarser = 8;
constexpr std::int64_t kPartsOfCost = kPartsOfBit / kCoarser;
constexpr std::int64_t kMostBits = 15;
static_assert(kMostMatch * kMostBits * kPartsOfCost <= std::numeric_limits<std::int16_t>::max());

/// int16 [segments,S + 1]: about what the bytes before take, modulo 2^16. Where zeros make up most of a band their
/// matches will, and then they are not as cheap as their number lets them seem.
at::Tensor costs_before(const FilteredBands& filtered, std::int64_t segment) {
  constexpr std::int64_t kLeastBits = 2;
  const at::Tensor costs = filtered.costs.add(kCoarser / 2)
                               .floor_divide_(kCoarser)
                               .clamp_(kLeastBits * kPartsOfCost, kMostBits * kPartsOfCost)
                               .to(at::kShort);
  const at::Tensor of_bytes = costs.flatten().index_select(0, numbered(filtered.bytes, 256).flatten());
  const at::Tensor before = at::empty({of_bytes.size(0) / segment, segment + 1}, of_bytes.options());
  before.select(1, 0).zero_();
  at::Tensor behind_first = before.narrow(1, 1, segment);
  at::cumsum_out(behind_first, of_bytes.view({-1, segment}), 1, at::kShort);
  return before;
}

/// int16 [segments,S]: about what the bytes of a match take without it; for those that begin one.
at::Tensor costs_without(const Matches& matches, const at::Tensor& before, const at::Tensor& positions) {
  const std::int64_t segment = positions.size(0);
  const at::Tensor ends = matches.lengths.add(positions).clamp_max_(segment);
  return before.flatten()
      .index_select(0, numbered(ends, segment + 1).flatten())
      .view_as(ends)
      .sub_(before.narrow(1, 0, segment));
}

/// Whether the match of a byte is worth more than the bytes, bool [segments,S].
at::Tensor matched(const Matches& matches, const at::Tensor& distances, const at::Tensor& costs,
                   const at::Tensor& positions) {
  constexpr std::int64_t kBitsOfMatch = 10, kBitsOfDistance = 2;
  const at::Tensor is_worth = costs.add(distances.gt(1), -kBitsOfDistance * kPartsOfCost)
                                  .ge(kBitsOfMatch * kPartsOfCost)
                                  .logical_and_(matches.lengths.ge(kShortestMatch))
                                  .logical_and_(distances);
  const at::Tensor firsts = numbered(at::sub(positions, matches.within), positions.size(0));
  return is_worth.flatten().index_select(0, firsts.flatten()).view_as(firsts);
}

/// int16 [segments,S]: of matches everywhere, whether they are worth it or not.
at::Tensor symbols_of_matches(const Matches& matches, const at::Tensor& distances, const at::Tensor& silent) {
  const at::Tensor second = distances.add(at::full({1}, kFirstDistance, silent.options()));
  const at::Tensor behind_first = at::where(matches.within.eq(1), second, silent);
  return at::where(matches.within.eq(0), matches.lengths.add(kFirstMatch), behind_first);
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
  const at::Tensor distances = distances_of(bytes, format).view({-1, segment});
  const Matches matches = cut_into_matches(distances, positions);
  const at::Tensor is_matched =
      matched(matches, distances, costs_without(matches, costs_before(filtered, segment), positions), positions);
  const at::Tensor of_matches = symbols_of_matches(matches, distances, silent);
  const at::Tensor symbols = at::where(is_matched, of_matches, bytes.view_as(distances).to(at::kShort));
  const at::Tensor of_bands = symbols.view(bytes.sizes());
  fill_behind(of_bands, silent.repeat({format.bands.padded / segment}), format);
  return numbered(of_bands, kPngSymbols);
}

}  // namespace sconce::ops
