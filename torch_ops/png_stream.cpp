#include "torch_ops/png_stream.h"

#include <algorithm>

#include "torch_ops/png_runs.h"

namespace sconce::ops {
namespace {

constexpr std::int64_t kAdlerModulus = 65521;
constexpr std::int64_t kDistanceBits = 1;

/// A code and its length are one number: code << kLengthBits | length. The first bit of a code is its lowest.
constexpr std::int64_t kLengthBits = 6;
constexpr std::int64_t kLengthMask = (std::int64_t{1} << kLengthBits) - 1;

at::Tensor code_in(const at::Tensor& codes) { return codes.bitwise_right_shift(kLengthBits); }
at::Tensor length_in(const at::Tensor& codes) { return codes.bitwise_and(kLengthMask); }

at::Tensor to_device(const at::Tensor& from, const at::Tensor& like) {
  return from.to(like.device(), from.scalar_type(), /*non_blocking=*/true);
}

/// match_lengths() as int32 [3,kMatchLengths].
at::Tensor match_lengths_like(const at::Tensor& like) {
  const MatchLengths& lengths = match_lengths();
  const at::Tensor table = at::empty({3, static_cast<std::int64_t>(kMatchLengths)}, at::kInt);
  auto* const to = table.data_ptr<std::int32_t>();
  std::copy(lengths.symbol.begin(), lengths.symbol.end(), to);
  std::copy(lengths.extra.begin(), lengths.extra.end(), to + kMatchLengths);
  std::copy(lengths.extra_bits.begin(), lengths.extra_bits.end(), to + 2 * kMatchLengths);
  return to_device(table, like);
}

/// Codes with their lengths, int32 [bands,kPngSymbols].
at::Tensor code_table(const std::vector<const BandCode*>& codes, const at::Tensor& like) {
  const auto count = static_cast<std::int64_t>(codes.size());
  const at::Tensor made = at::empty({count, static_cast<std::int64_t>(kBlockSymbols)}, at::kInt);
  auto* to = made.data_ptr<std::int32_t>();
  for (const BandCode* band : codes) {
    for (std::size_t i = 0; i < kBlockSymbols; ++i) *to++ = band->codes[i] << kLengthBits | band->lengths[i];
  }
  const at::Tensor of_symbols = to_device(made, like), lengths = match_lengths_like(like);
  const at::Tensor of_matches = of_symbols.index_select(1, lengths[0]);
  const at::Tensor behind = lengths[1].bitwise_left_shift(length_in(of_matches).add_(kLengthBits));
  const at::Tensor of_silent = at::zeros({count, kSilent}, of_symbols.options());
  return at::cat({of_symbols.narrow(1, 0, kFirstMatch), of_matches.add(behind).add_(lengths[2].add(kDistanceBits)),
                  of_silent},
                 1);
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

at::Tensor count_symbols(const at::Tensor& symbols) {
  const std::int64_t bands = symbols.size(0);
  const at::Tensor all = symbols.flatten();
  const at::Tensor counts = at::zeros({bands * kPngSymbols}, all.options());
  counts.index_add_(0, all, at::ones({1}, all.options()).expand_as(all));
  const at::Tensor by_band = counts.view({bands, kPngSymbols});
  const at::Tensor by_symbol = at::zeros({bands, static_cast<std::int64_t>(kBlockSymbols)}, all.options());
  by_symbol.narrow(1, 0, kFirstMatch).copy_(by_band.narrow(1, 0, kFirstMatch));
  return by_symbol.index_add_(1, match_lengths_like(symbols)[0],
                              by_band.narrow(1, kFirstMatch, static_cast<std::int64_t>(kMatchLengths)));
}

at::Tensor pack_symbols(const at::Tensor& symbols, const std::vector<const BandCode*>& codes,
                        const std::vector<PlacedBand>& bands, std::int64_t words) {
  const auto count = static_cast<std::int64_t>(bands.size());
  const at::Tensor moves = at::empty({count, 1}, at::kLong);  // from where a band begins without room
  std::int64_t before = 0;
  for (std::int64_t i = 0; i < count; ++i) {
    const PlacedBand& band = bands[static_cast<std::size_t>(i)];
    moves.data_ptr<std::int64_t>()[i] = band.begin - before;
    before += band.code->data_bits;
  }
  const at::Tensor entries = code_table(codes, symbols).flatten().index_select(0, symbols.flatten()).view({-1, 2});
  const at::Tensor first = entries.select(1, 0).to(at::kLong), second = entries.select(1, 1).to(at::kLong);
  const at::Tensor pairs = code_in(second)
                               .bitwise_left_shift_(length_in(first).add_(kLengthBits))
                               .add_(length_in(second))
                               .add_(first)
                               .view({-1, 2});
  const at::Tensor earlier = pairs.select(1, 0), later = pairs.select(1, 1);
  const at::Tensor earlier_lengths = length_in(earlier);
  const at::Tensor code = code_in(later).bitwise_left_shift_(earlier_lengths).add_(code_in(earlier));
  const at::Tensor lengths = length_in(later).add_(earlier_lengths);
  const at::Tensor positions =
      lengths.cumsum(0).sub_(lengths).view({count, -1}).add_(to_device(moves, symbols)).flatten();
  const at::Tensor shift = positions.bitwise_and(63);
  const at::Tensor word = positions.bitwise_right_shift(6);
  const at::Tensor packed = at::zeros({words}, code.options());
  packed.index_add_(0, word, code.bitwise_left_shift(shift));
  // By one first: a shift by 64 is none.
  packed.index_add_(0, word.add_(1), code.bitwise_right_shift(1).bitwise_right_shift_(shift.neg().add_(63)));
  return packed;
}

}  // namespace sconce::ops
