#pragma once

#include <array>
#include <cstdint>

#include "media/literal_writer.h"
#include "media/symbol_counts.h"
#include "png/bit_writer.h"
#include "png/deflate_symbols.h"

namespace sconce::media {

/// The Huffman codes of one block.
class CodeBook {
 public:
  explicit CodeBook(const SymbolCounts& counts);

  /// The description of the codes, behind the block's type (RFC 1951, 3.2.7).
  [[nodiscard]] png::BitWriter write(png::BitWriter writer) const;

  const LiteralCodes& literals() const { return literals_; }

  [[nodiscard, gnu::always_inline]] inline png::BitWriter put_match(png::BitWriter writer,
                                                                    const Match& match) const {
    const png::ExtendedSymbol distance = png::distance_symbol(match.distance);
    const unsigned code_bits = distance_lengths_[distance.symbol];
    const std::uint64_t distance_code =
        distance_codes_[distance.symbol] | static_cast<std::uint64_t>(distance.extra) << code_bits;
    for (std::uint32_t rest = match.length; rest > 0;) {
      const std::uint32_t length = png::next_piece(rest);
      const std::uint32_t piece = pieces_[length];
      writer.put(piece >> 8, piece & 0xff);
      writer.put(distance_code, code_bits + distance.extra_bits);
      writer.flush();
      rest -= length;
    }
    return writer;
  }

  [[nodiscard]] png::BitWriter put_end(png::BitWriter writer) const {
    writer.put(codes_[png::kEndOfBlock], lengths_[png::kEndOfBlock]);
    writer.flush();
    return writer;
  }

 private:
  LiteralCodes literals_;
  std::array<std::uint32_t, png::kMaxMatch + 1> pieces_;  ///< by length: code and extra bits << 8 | how many bits
  std::array<std::uint16_t, png::kLengthSymbols> codes_;
  std::array<std::uint16_t, png::kDistanceSymbols> distance_codes_;
  std::array<std::uint8_t, png::kLengthSymbols> lengths_;
  std::array<std::uint8_t, png::kDistanceSymbols> distance_lengths_;
};

}  // namespace sconce::media
