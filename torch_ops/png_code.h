#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace sconce::ops {

// What the host makes of how often a band's symbols come: the code of its block.

constexpr std::size_t kBlockSymbols = 286;  ///< bytes, the end of the block, lengths of matches
constexpr std::size_t kEndOfBlock = 256;
constexpr unsigned kMaxCodeBits = 13;  ///< three bytes and a match before a fourth one fit into a word
constexpr std::size_t kMatchLengths = 259;

/// For each length of a match, from 3 to 258 (RFC 1951, 3.2.5): its symbol, what follows the symbol, and its size.
struct MatchLengths {
  std::array<std::int32_t, kMatchLengths> symbol;
  std::array<std::int32_t, kMatchLengths> extra;
  std::array<std::int32_t, kMatchLengths> extra_bits;
};

const MatchLengths& match_lengths();

struct BandCode {
  std::array<std::uint8_t, kBlockSymbols> lengths;
  std::array<std::uint16_t, kBlockSymbols> codes;
  std::array<std::uint8_t, 512> header;  ///< of the block
  std::int64_t header_bits;
  std::int64_t data_bits;  ///< between the header and the end of the block

  std::int64_t bits() const { return header_bits + data_bits + lengths[kEndOfBlock]; }
};

/// counts: kBlockSymbols of them. Distances are of one byte and take one bit.
BandCode band_code(const std::int32_t* counts, bool last);

}  // namespace sconce::ops
