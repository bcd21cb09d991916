#include "torch_ops/png_code.h"

#include <algorithm>
#include <numeric>

#include "png/bit_writer.h"
#include "png/code_lengths.h"
#include "png/huffman.h"

namespace sconce::ops {
namespace {

/// What follows the code of each symbol, in bits.
std::array<std::uint8_t, png::kLengthSymbols> bits_behind_symbols() {
  std::array<std::uint8_t, png::kLengthSymbols> bits{};
  for (std::size_t length = png::kMinMatch; length <= png::kMaxMatch; ++length) {
    bits[png::kLengthSymbolOf[length].symbol] = png::kLengthSymbolOf[length].extra_bits;
  }
  return bits;
}

png::ExtendedSymbol symbol_of(std::int64_t distance) {
  return png::distance_symbol(static_cast<std::uint32_t>(distance));
}

/// How much counts have to be divided by for huffman_lengths().
std::int64_t parts_of(const std::int32_t* counts, std::size_t symbols) {
  constexpr std::int64_t kMostWeight = 0xffff;
  return std::accumulate(counts, counts + symbols, std::int64_t{0}) / kMostWeight + 1;
}

/// Nothing weighs less than what a code of the most bits stands for: cutting longer ones down would cost the
/// frequent symbols more.
std::array<std::uint32_t, png::kLengthSymbols> weights_of(const std::int32_t* counts) {
  const std::int64_t parts = parts_of(counts, png::kLengthSymbols);
  const std::int64_t total = std::accumulate(counts, counts + png::kLengthSymbols, std::int64_t{0}) / parts;
  const std::int64_t least = std::max<std::int64_t>(1, total >> kMaxCodeBits);
  std::array<std::uint32_t, png::kLengthSymbols> weights{};
  for (std::size_t i = 0; i < png::kLengthSymbols; ++i) {
    if (counts[i] > 0) weights[i] = static_cast<std::uint32_t>(std::max(least, counts[i] / parts));
  }
  weights[png::kEndOfBlock] = 1;
  return weights;
}

void make_distance_code(BandCode& band, const std::int32_t* counts, const std::vector<std::int64_t>& distances) {
  const std::int64_t parts = parts_of(counts, distances.size());
  std::array<std::uint32_t, png::kDistanceSymbols> weights{};
  for (std::size_t i = 0; i < distances.size(); ++i) {
    const std::int64_t weight = (counts[i] + parts - 1) / parts;
    weights[symbol_of(distances[i]).symbol] += static_cast<std::uint32_t>(weight);
  }
  png::huffman_lengths(weights.data(), png::kDistanceSymbols, kMaxCodeBits, band.distance_lengths.data());
  png::canonical_codes(band.distance_lengths.data(), png::kDistanceSymbols, band.distance_codes.data());
  for (std::size_t i = 0; i < distances.size(); ++i) {
    const png::ExtendedSymbol code = symbol_of(distances[i]);
    band.data_bits += std::int64_t{counts[i]} * (band.distance_lengths[code.symbol] + code.extra_bits);
  }
}

void write_header(BandCode& band, bool last) {
  constexpr unsigned kDynamic = 2 << 1;
  png::BitWriter writer;
  writer.out = band.header.data();
  writer.put(kDynamic | (last ? 1U : 0U), 3);
  writer = png::write_code_lengths(writer, {band.lengths.data(), png::kLengthSymbols},
                                   {band.distance_lengths.data(), png::kDistanceSymbols});
  band.header_bits = (writer.out - band.header.data()) * 8 + writer.count;
}

}  // namespace

BandCode band_code(const std::int32_t* counts, const std::vector<std::int64_t>& distances, bool last) {
  BandCode band{};
  const std::array<std::uint32_t, png::kLengthSymbols> weights = weights_of(counts);
  png::huffman_lengths(weights.data(), png::kLengthSymbols, kMaxCodeBits, band.lengths.data());
  png::canonical_codes(band.lengths.data(), png::kLengthSymbols, band.codes.data());
  make_distance_code(band, counts + png::kLengthSymbols, distances);
  write_header(band, last);
  static const std::array<std::uint8_t, png::kLengthSymbols> bits_behind = bits_behind_symbols();
  for (std::size_t i = 0; i < png::kLengthSymbols; ++i) {
    band.data_bits += std::int64_t{counts[i]} * (band.lengths[i] + bits_behind[i]);
  }
  return band;
}

}  // namespace sconce::ops
