#pragma once

#include <cstddef>
#include <cstdint>

namespace sconce::png {

constexpr std::size_t kMaxSymbols = 288;

/// The length of each symbol's code, 0 for symbols that do not occur, none longer than `limit` bits.
void huffman_lengths(const std::uint32_t* counts, std::size_t symbols, unsigned limit, std::uint8_t* lengths);

/// The canonical code of these lengths (RFC 1951, 3.2.2), first bit lowest.
void canonical_codes(const std::uint8_t* lengths, std::size_t symbols, std::uint16_t* codes);

}  // namespace sconce::png
