#include "torch_ops/png_code.h"

#include <algorithm>
#include <numeric>

#include "png/bit_writer.h"
#include "png/code_lengths.h"
#include "png/huffman.h"

namespace sconce::ops {
namespace {

constexpr std::size_t kFirstLength = 257;

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
  return none ? 0 : static_cast<std::int64_t>(symbol - 261) / 4;
}

/// How much counts have to be divided by for huffman_lengths().
std::int64_t parts_of(const std::int32_t* counts, std::size_t symbols) {
  constexpr std::int64_t kMostWeight = 0xffff;
  return std::accumulate(counts, counts + symbols, std::int64_t{0}) / kMostWeight + 1;
}

/// Nothing weighs less than what a code of the most bits stands for: cutting longer ones down would cost the
/// frequent symbols more.
std::array<std::uint32_t, kBlockSymbols> weights_of(const std::int32_t* counts) {
  const std::int64_t parts = parts_of(counts, kBlockSymbols);
  const std::int64_t total = std::accumulate(counts, counts + kBlockSymbols, std::int64_t{0}) / parts;
  const std::int64_t least = std::max<std::int64_t>(1, total >> kMaxCodeBits);
  std::array<std::uint32_t, kBlockSymbols> weights{};
  for (std::size_t i = 0; i < kBlockSymbols; ++i) {
    if (counts[i] > 0) weights[i] = static_cast<std::uint32_t>(std::max(least, counts[i] / parts));
  }
  weights[kEndOfBlock] = 1;
  return weights;
}

void make_distance_code(BandCode& band, const std::int32_t* counts, const std::vector<std::int64_t>& distances) {
  const std::int64_t parts = parts_of(counts, distances.size());
  std::array<std::uint32_t, kBlockDistances> weights{};
  for (std::size_t i = 0; i < distances.size(); ++i) {
    const std::int64_t weight = (counts[i] + parts - 1) / parts;
    weights[distance_code(distances[i]).symbol] += static_cast<std::uint32_t>(weight);
  }
  png::huffman_lengths(weights.data(), kBlockDistances, kMaxCodeBits, band.distance_lengths.data());
  png::canonical_codes(band.distance_lengths.data(), kBlockDistances, band.distance_codes.data());
  for (std::size_t i = 0; i < distances.size(); ++i) {
    const DistanceCode code = distance_code(distances[i]);
    band.data_bits += std::int64_t{counts[i]} * (band.distance_lengths[code.symbol] + code.extra_bits);
  }
}

void write_header(BandCode& band, bool last) {
  constexpr unsigned kDynamic = 2 << 1;
  png::BitWriter writer;
  writer.out = band.header.data();
  writer.put(kDynamic | (last ? 1U : 0U), 3);
  writer = png::write_code_lengths(writer, {band.lengths.data(), kBlockSymbols},
                                   {band.distance_lengths.data(), kBlockDistances});
  band.header_bits = (writer.out - band.header.data()) * 8 + writer.count;
}

}  // namespace

const MatchLengths& match_lengths() {
  static const MatchLengths made = make_match_lengths();
  return made;
}

DistanceCode distance_code(std::int64_t distance) {
  const std::int64_t from = distance - 1;
  if (from < 4) return {static_cast<std::size_t>(from), 0, 0};
  std::int32_t bits = 0;
  while (from >> (bits + 2) > 0) ++bits;
  const std::int64_t upper = from >> bits;  // 2 or 3
  return {static_cast<std::size_t>(2 * bits + upper), static_cast<std::int32_t>(from - (upper << bits)), bits};
}

BandCode band_code(const std::int32_t* counts, const std::vector<std::int64_t>& distances, bool last) {
  BandCode band{};
  const std::array<std::uint32_t, kBlockSymbols> weights = weights_of(counts);
  png::huffman_lengths(weights.data(), kBlockSymbols, kMaxCodeBits, band.lengths.data());
  png::canonical_codes(band.lengths.data(), kBlockSymbols, band.codes.data());
  make_distance_code(band, counts + kBlockSymbols, distances);
  write_header(band, last);
  for (std::size_t i = 0; i < kBlockSymbols; ++i) {
    band.data_bits += std::int64_t{counts[i]} * (band.lengths[i] + bits_behind(i));
  }
  return band;
}

}  // namespace sconce::ops
