#include "torch_ops/png_stream.h"

#include <limits>

#include "png/deflate_symbols.h"
#include "torch_ops/host_copy.h"
#include "torch_ops/png_matches.h"
#include "torch_ops/png_plan.h"

namespace sconce::ops {
namespace {

/// A code and its length are one number: code << kLengthBits | length. The first bit of a code is its lowest.
constexpr std::int64_t kLengthBits = 6;
constexpr std::int64_t kLengthMask = (std::int64_t{1} << kLengthBits) - 1;

at::Tensor code_in(const at::Tensor& codes) { return codes.bitwise_right_shift(kLengthBits); }
at::Tensor length_in(const at::Tensor& codes) { return codes.bitwise_and(kLengthMask); }

/// By the length of a match its symbol, what follows that, and its size: int32 [3,kMostMatch + 1].
at::Tensor match_lengths(const at::Device& device) {
  const at::Tensor table = empty_for_copies({3, kMostMatch + 1}, at::kInt, device);
  auto* const to = table.data_ptr<std::int32_t>();
  for (std::int64_t length = 0; length <= kMostMatch; ++length) {
    const png::ExtendedSymbol of = png::kLengthSymbolOf[static_cast<std::size_t>(length)];
    to[length] = of.symbol;
    to[length + kMostMatch + 1] = of.extra;
    to[length + 2 * (kMostMatch + 1)] = of.extra_bits;
  }
  return copy_to(device, table);
}

/// Codes with their lengths, of symbols and of distances: int32 [bands,png::kLengthSymbols + 2^kMostDistances / 2
/// + 1].
at::Tensor codes_of(const std::vector<const BandCode*>& codes, const std::vector<std::int64_t>& distances,
                    const at::Device& device) {
  constexpr auto kSymbols = static_cast<std::int64_t>(png::kLengthSymbols);
  const at::Tensor made = empty_for_copies(
      {static_cast<std::int64_t>(codes.size()), kSymbols + kFirstSilent - kFirstDistance}, at::kInt, device);
  made.zero_();
  auto* to = made.data_ptr<std::int32_t>();
  for (const BandCode* band : codes) {
    for (std::size_t i = 0; i < png::kLengthSymbols; ++i) to[i] = band->codes[i] << kLengthBits | band->lengths[i];
    for (std::size_t i = 0; i < distances.size(); ++i) {
      const png::ExtendedSymbol code = png::distance_symbol(static_cast<std::uint32_t>(distances[i]));
      const std::int32_t length = band->distance_lengths[code.symbol];
      const std::int32_t bits = band->distance_codes[code.symbol] | code.extra << length;
      to[kSymbols + (1 << i)] = bits << kLengthBits | (length + code.extra_bits);
    }
    to += made.size(1);
  }
  return copy_to(device, made);
}

/// By what png_symbols() makes, int32 [bands,kPngSymbols].
at::Tensor code_table(const at::Tensor& codes) {
  constexpr auto kSymbols = static_cast<std::int64_t>(png::kLengthSymbols);
  const at::Tensor lengths = match_lengths(codes.device());
  const at::Tensor of_matches = codes.index_select(1, lengths[0]);
  const at::Tensor extra = lengths[1].bitwise_left_shift(length_in(of_matches).add_(kLengthBits));
  const at::Tensor of_silent = at::zeros({codes.size(0), kSilent}, codes.options());
  return at::cat({codes.narrow(1, 0, kFirstMatch), of_matches.add(extra).add_(lengths[2]),
                  codes.narrow(1, kSymbols, kFirstSilent - kFirstDistance), of_silent},
                 1);
}

/// Codes of some symbols each, and their lengths.
struct Codes {
  at::Tensor codes;
  at::Tensor lengths;
};

/// Of two of them each. A code fits into its number with the next one's.
Codes joined(const Codes& codes, at::ScalarType number) {
  const at::Tensor pairs = codes.codes.view({-1, 2}), lengths = codes.lengths.view({-1, 2});
  const at::Tensor first_lengths = lengths.select(1, 0);
  const at::Tensor second = pairs.select(1, 1).to(number);
  return {at::bitwise_left_shift(second, first_lengths).add_(pairs.select(1, 0)),
          first_lengths.add(lengths.select(1, 1))};
}

/// int64 [bytes/4]: of four symbols each, at most 57 bits; two take at most 31. A match takes up three symbols at
/// least, so there are no more than three bytes beside a length, and two beside a distance. Lengths are uint8.
Codes codes_of_fours(const at::Tensor& table, const at::Tensor& symbols) {
  const at::Tensor entries = table.flatten(), numbers = symbols.flatten();
  const Codes each = {code_in(entries).index_select(0, numbers),
                      length_in(entries).to(at::kByte).index_select(0, numbers)};
  return joined(joined(each, at::kInt), at::kLong);
}

/// The first bit of each group of codes, those of a band beside each other. lengths: uint8 [groups].
at::Tensor places_of(const at::Tensor& lengths, const std::vector<PlacedBand>& bands, std::int64_t words) {
  const auto count = static_cast<std::int64_t>(bands.size());
  const at::Tensor room = empty_for_copies({count}, at::kLong, lengths.device());  // before each band
  std::int64_t end = 0;
  for (std::int64_t i = 0; i < count; ++i) {
    const PlacedBand& band = bands[static_cast<std::size_t>(i)];
    room.data_ptr<std::int64_t>()[i] = band.begin - end;
    end = band.begin + band.code->data_bits;
  }
  const auto number = 64 * words <= std::numeric_limits<std::int32_t>::max() ? at::kInt : at::kLong;
  const at::Tensor steps = at::zeros(lengths.sizes(), lengths.options().dtype(number));
  steps.narrow(0, 1, lengths.size(0) - 1).copy_(lengths.narrow(0, 0, lengths.size(0) - 1));
  steps.view({count, -1}).select(1, 0).add_(copy_to(lengths.device(), room));
  return steps.cumsum(0, number);
}

}  // namespace

at::Tensor adler_sums(const at::Tensor& streams, std::int64_t size) {
  const at::Tensor blocks = streams.view({streams.size(0), -1, kPngBlock});
  const at::Tensor weights = at::arange(kPngBlock, 0, -1, streams.options().dtype(at::kShort));
  const at::Tensor sums = blocks.sum(-1, /*keepdim=*/false, at::kInt).to(at::kLong);
  const at::Tensor weighted = blocks.mul(weights).sum(-1, /*keepdim=*/false, at::kInt);
  // The padding counts as bytes beyond the end, at distances below 1; it is zeros.
  const at::Tensor behind =
      at::arange(blocks.size(1), sums.options()).mul_(-kPngBlock).add_(size - kPngBlock).remainder_(kAdlerModulus);
  return at::stack({sums.sum(1), sums.mul(behind).sum(1).add_(weighted.sum(1))}, 1);
}

at::Tensor count_symbols(const at::Tensor& symbols, std::int64_t distances) {
  constexpr auto kSymbols = static_cast<std::int64_t>(png::kLengthSymbols);
  const std::int64_t bands = symbols.size(0);
  const at::Tensor all = symbols.flatten();
  const at::Tensor counts = at::zeros({bands * kPngSymbols}, all.options());
  counts.index_add_(0, all, at::ones({1}, all.options()).expand_as(all));
  const at::Tensor by_band = counts.view({bands, kPngSymbols});
  const at::Tensor by_symbol = at::zeros({bands, kSymbols + distances}, all.options());
  by_symbol.narrow(1, 0, kFirstMatch).copy_(by_band.narrow(1, 0, kFirstMatch));
  by_symbol.index_add_(1, match_lengths(symbols.device())[0], by_band.narrow(1, kFirstMatch, kMostMatch + 1));
  for (std::int64_t i = 0; i < distances; ++i) {
    by_symbol.select(1, kSymbols + i).copy_(by_band.select(1, kFirstDistance + (1 << i)));
  }
  return by_symbol;
}

at::Tensor pack_symbols(const at::Tensor& symbols, const std::vector<const BandCode*>& codes,
                        const std::vector<std::int64_t>& distances, const std::vector<PlacedBand>& bands,
                        std::int64_t words) {
  constexpr std::int64_t kInWord = 63;
  const Codes fours = codes_of_fours(code_table(codes_of(codes, distances, symbols.device())), symbols);
  const at::Tensor places = places_of(fours.lengths, bands, words);
  const at::Tensor shift = places.bitwise_and(kInWord), word = places.bitwise_right_shift_(6);
  const at::Tensor packed = at::zeros({words}, fours.codes.options());
  packed.index_add_(0, word, fours.codes.bitwise_left_shift(shift));
  // By one first: a shift by 64 is none.
  const at::Tensor behind = fours.codes.bitwise_right_shift(1);
  packed.index_add_(0, word.add_(1), behind.bitwise_right_shift_(shift.bitwise_xor_(kInWord)));
  return packed;
}

}  // namespace sconce::ops
