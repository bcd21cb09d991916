#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace sconce::ops {

// What the host makes of how often a band's symbols come: the code of its block.

constexpr std::size_t kBlockSymbols = 286;  ///< bytes, the end of the block, lengths of matches
constexpr std::size_t kEndOfBlock = 256;
constexpr unsigned kMaxCodeBits = 13;  ///< of four symbols beside each other, so that they fit into a word
constexpr std::size_t kMatchLengths = 259;

/// For each length of a match, from 3 to 258 (RFC 1951, 3.2.5): its symbol, what follows the symbol, and its size.
struct MatchLengths {
  std::array<std::int32_t, kMatchLengths> symbol;
  std::array<std::int32_t, kMatchLengths> extra;
  std::array<std::int32_t, kMatchLengths> extra_bits;
};

const MatchLengths& match_lengths();

constexpr std::size_t kBlockDistances = 30;  ///< symbols

/// What follows a distance's symbol, and its size.
struct DistanceCode {
  std::size_t symbol;
  std::int32_t extra;
  std::int32_t extra_bits;
};

/// distance: from 1 on.
DistanceCode distance_code(std::int64_t distance);

struct BandCode {
  std::array<std::uint8_t, kBlockSymbols> lengths;
  std::array<std::uint16_t, kBlockSymbols> codes;
  std::array<std::uint8_t, kBlockDistances> distance_lengths;
  std::array<std::uint16_t, kBlockDistances> distance_codes;
  std::array<std::uint8_t, 512> header;  ///< of the block
  std::int64_t header_bits;
  std::int64_t data_bits;  ///< between the header and the end of the block

  std::int64_t bits() const { return header_bits + data_bits + lengths[kEndOfBlock]; }
};

/// counts: kBlockSymbols of them, then one for each of the distances.
BandCode band_code(const std::int32_t* counts, const std::vector<std::int64_t>& distances, bool last);

}  // namespace sconce::ops
