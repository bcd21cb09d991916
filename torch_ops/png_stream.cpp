#include "torch_ops/png_stream.h"

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

/// int32 [bytes/2]: of two symbols each, at most 31 bits.
Codes codes_of_pairs(const at::Tensor& table, const at::Tensor& symbols) {
  const at::Tensor entries = table.flatten().index_select(0, symbols.flatten()).view({-1, 2});
  const at::Tensor first = entries.select(1, 0), second = entries.select(1, 1);
  const at::Tensor lengths = length_in(first);
  const at::Tensor codes = code_in(second).bitwise_left_shift_(lengths).add_(code_in(first));
  return {codes, lengths.add_(length_in(second))};
}

/// int64 [bytes/4]: of four symbols each, at most 57 bits. A match takes up three symbols at least, so there are
/// no more than three bytes beside a length, and two beside a distance.
Codes codes_of_fours(const at::Tensor& table, const at::Tensor& symbols) {
  const Codes pairs = codes_of_pairs(table, symbols);
  const at::Tensor codes = pairs.codes.view({-1, 2}), lengths = pairs.lengths.view({-1, 2});
  const at::Tensor first_lengths = lengths.select(1, 0);
  return {codes.select(1, 1).to(at::kLong).bitwise_left_shift_(first_lengths).add_(codes.select(1, 0)),
          lengths.select(1, 1).add(first_lengths)};
}

}  // namespace

at::Tensor adler_sums(const at::Tensor& streams, std::int64_t size) {
  const at::Tensor blocks = streams.view({streams.size(0), -1, kPngBlock});
  const at::Tensor weights = at::arange(kPngBlock, 0, -1, streams.options().dtype(at::kShort));
  const at::Tensor sums = blocks.sum(-1, /*keepdim=*/false, at::kInt).to(at::kLong);
  const at::Tensor weighted = blocks.to(at::kShort).mul_(weights).sum(-1, /*keepdim=*/false, at::kInt);
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
  const auto count = static_cast<std::int64_t>(bands.size());
  const at::Device device = symbols.device();
  const at::Tensor moves =
      empty_for_copies({count, 1}, at::kLong, device);  // from where a band begins without room
  std::int64_t before = 0;
  for (std::int64_t i = 0; i < count; ++i) {
    const PlacedBand& band = bands[static_cast<std::size_t>(i)];
    moves.data_ptr<std::int64_t>()[i] = band.begin - before;
    before += band.code->data_bits;
  }
  const Codes fours = codes_of_fours(code_table(codes_of(codes, distances, device)), symbols);
  const at::Tensor& code = fours.codes;
  const at::Tensor positions =
      fours.lengths.cumsum(0).sub_(fours.lengths).view({count, -1}).add_(copy_to(device, moves)).flatten();
  const at::Tensor shift = positions.bitwise_and(63);
  const at::Tensor word = positions.bitwise_right_shift_(6);
  const at::Tensor packed = at::zeros({words}, code.options());
  packed.index_add_(0, word, code.bitwise_left_shift(shift));
  // By one first: a shift by 64 is none.
  packed.index_add_(0, word.add_(1), code.bitwise_right_shift(1).bitwise_right_shift_(shift.neg().add_(63)));
  return packed;
}

}  // namespace sconce::ops
