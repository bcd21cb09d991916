#pragma once

#include <array>
#include <cstdint>

#include "media/bit_writer.h"
#include "media/deflate_symbols.h"
#include "media/literal_writer.h"
#include "media/symbol_counts.h"

namespace sconce::media {

/// The Huffman codes of one block.
class CodeBook {
 public:
  explicit CodeBook(const SymbolCounts& counts);

  /// The description of the codes, behind the block's type (RFC 1951, 3.2.7).
  void write(BitWriter& writer) const;

  const LiteralCodes& literals() const { return x_literals; }
  void put_match(BitWriter& writer, Match match) const;
  void put_end(BitWriter& writer) const;

 private:

  std::array<std::uint8_t, kLengthSymbols> x_lengths;
  std::array<std::uint16_t, kLengthSymbols> x_codes;
  std::array<std::uint8_t, kDistanceSymbols> x_distance_lengths;
  std::array<std::uint16_t, kDistanceSymbols> x_distance_codes;
  LiteralCodes x_literals;
  std::array<std::uint32_t, kMaxMatch + 1> x_pieces;  ///< by length: code and extra bits << 8 | how many bits
};

}  // namespace sconce::media
