#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "png/deflate_symbols.h"

namespace sconce::ops {

// What the host makes of how often a band's symbols come: the code of its block.

constexpr unsigned kMaxCodeBits = 13;  ///< of four symbols beside each other, so that they fit into a word

struct BandCode {
  std::array<std::uint8_t, png::kLengthSymbols> lengths;
  std::array<std::uint16_t, png::kLengthSymbols> codes;
  std::array<std::uint8_t, png::kDistanceSymbols> distance_lengths;
  std::array<std::uint16_t, png::kDistanceSymbols> distance_codes;
  std::array<std::uint8_t, 512> header;  ///< of the block
  std::int64_t header_bits;
  std::int64_t data_bits;  ///< between the header and the end of the block

  std::int64_t bits() const { return header_bits + data_bits + lengths[png::kEndOfBlock]; }
};

/// counts: png::kLengthSymbols of them, then one for each of the distances.
BandCode band_code(const std::int32_t* counts, const std::vector<std::int64_t>& distances, bool last);

}  // namespace sconce::ops
