#include "torch_ops/png_code.h"

#include <algorithm>
#include <numeric>

#include "png/bit_writer.h"
#include "png/code_lengths.h"
#include "png/huffman.h"

namespace sconce::ops {
namespace {

constexpr std::size_t kFirstLength = 257;
constexpr std::int32_t kDistanceBits = 1;

MatchLengths make_match_lengths() {
  MatchLengths made{};
  std::int32_t length = 3;
  for (std::int32_t symbol = kFirstLength; symbol + 1 < static_cast<std::int32_t>(kBlockSymbols); ++symbol) {
    const std::int32_t bits = symbol < 265 ? 0 : (symbol - 261) / 4;
    for (std::int32_t extra = 0; extra < 1 << bits && length < 258; ++extra, ++length) {
      const auto i = static_cast<std::size_t>(length);
      made.symbol[i] = symbol;
      made.extra[i] = extra;
      made.extra_bits[i] = bits;
    }
  }
  made.symbol[258] = kBlockSymbols - 1;
  return made;
}

/// Behind a length's symbol, by symbol.
std::int64_t bits_behind(std::size_t symbol) {
  if (symbol < kFirstLength) return 0;
  const bool none = symbol < 265 || symbol == kBlockSymbols - 1;
  return kDistanceBits + (none ? 0 : static_cast<std::int64_t>(symbol - 261) / 4);
}

/// Counts, made small enough for huffman_lengths(). Nothing weighs less than what a code of the most bits stands
/// for: cutting longer ones down would cost the frequent symbols more.
std::array<std::uint32_t, kBlockSymbols> weights_of(const std::int32_t* counts) {
  constexpr std::int64_t kMostWeight = 0xffff;
  const std::int64_t total = std::accumulate(counts, counts + kBlockSymbols, std::int64_t{0});
  const std::int64_t parts = total / kMostWeight + 1;
  const std::int64_t least = std::max<std::int64_t>(1, total / parts >> kMaxCodeBits);
  std::array<std::uint32_t, kBlockSymbols> weights{};
  for (std::size_t i = 0; i < kBlockSymbols; ++i) {
    if (counts[i] > 0) weights[i] = static_cast<std::uint32_t>(std::max(least, counts[i] / parts));
  }
  weights[kEndOfBlock] = 1;
  return weights;
}

void write_header(BandCode& band, bool last) {
  constexpr unsigned kDynamic = 2 << 1;
  constexpr std::uint8_t kOneDistance = kDistanceBits;
  png::BitWriter writer;
  writer.out = band.header.data();
  writer.put(kDynamic | (last ? 1U : 0U), 3);
  writer = png::write_code_lengths(writer, {band.lengths.data(), kBlockSymbols}, {&kOneDistance, 1});
  band.header_bits = (writer.out - band.header.data()) * 8 + writer.count;
}

}  // namespace

const MatchLengths& match_lengths() {
  static const MatchLengths made = make_match_lengths();
  return made;
}

BandCode band_code(const std::int32_t* counts, bool last) {
  BandCode band{};
  const std::array<std::uint32_t, kBlockSymbols> weights = weights_of(counts);
  png::huffman_lengths(weights.data(), kBlockSymbols, kMaxCodeBits, band.lengths.data());
  png::canonical_codes(band.lengths.data(), kBlockSymbols, band.codes.data());
  write_header(band, last);
  for (std::size_t i = 0; i < kBlockSymbols; ++i) {
    band.data_bits += counts[i] * (band.lengths[i] + bits_behind(i));
  }
  return band;
}

}  // namespace sconce::ops
