#include "media/code_book.h"

#include "png/code_lengths.h"
#include "png/huffman.h"

namespace sconce::media {
CodeBook::CodeBook(const SymbolCounts& counts) {
  png::huffman_lengths(counts.literals_and_lengths.data(), png::kLengthSymbols, kMaxCodeBits, lengths_.data());
  png::canonical_codes(lengths_.data(), png::kLengthSymbols, codes_.data());
  png::huffman_lengths(counts.distances.data(), png::kDistanceSymbols, kMaxCodeBits, distance_lengths_.data());
  png::canonical_codes(distance_lengths_.data(), png::kDistanceSymbols, distance_codes_.data());
  literals_.set(codes_.data(), lengths_.data());
  for (std::uint32_t length = png::kMinMatch; length <= png::kMaxMatch; ++length) {
    const png::ExtendedSymbol s = png::kLengthSymbolOf[length];
    const std::uint32_t bits = codes_[s.symbol] | static_cast<std::uint32_t>(s.extra) << lengths_[s.symbol];
    pieces_[length] = bits << 8 | (lengths_[s.symbol] + s.extra_bits);
  }
}

png::BitWriter CodeBook::write(png::BitWriter writer) const {
  return png::write_code_lengths(writer, {lengths_.data(), png::kLengthSymbols},
                                 {distance_lengths_.data(), png::kDistanceSymbols});
}

}  // namespace sconce::media
