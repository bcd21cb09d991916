#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

namespace sconce::png {

// The alphabets of RFC 1951, 3.2.5.
constexpr std::size_t kEndOfBlock = 256;
constexpr std::size_t kFirstLength = 257;
constexpr std::size_t kLengthSymbols = 286;  ///< with the literals and the end of the block
constexpr std::size_t kDistanceSymbols = 30;
constexpr std::uint32_t kMinMatch = 3;
constexpr std::uint32_t kMaxMatch = 258;
constexpr std::uint32_t kMaxDistance = 32768;

/// A symbol and the bits that follow its code.
struct ExtendedSymbol {
  std::uint16_t symbol;
  std::uint16_t extra;
  std::uint8_t extra_bits;
};

namespace detail {

/// The symbols of both alphabets come in groups of 2^group_bits; from group to group a symbol gets a bit more.
constexpr ExtendedSymbol grouped_symbol(std::uint32_t value, unsigned group_bits) {
  unsigned bits = 0;
  while (value >> bits >= 2U << group_bits) ++bits;
  return {static_cast<std::uint16_t>((bits << group_bits) + (value >> bits)),
          static_cast<std::uint16_t>(value & ((1U << bits) - 1)), static_cast<std::uint8_t>(bits)};
}

constexpr std::array<ExtendedSymbol, kMaxMatch + 1> make_length_symbols() {
  std::array<ExtendedSymbol, kMaxMatch + 1> symbols{};
  for (std::uint32_t length = kMinMatch; length < kMaxMatch; ++length) {
    symbols[length] = grouped_symbol(length - kMinMatch, 2);
    symbols[length].symbol = static_cast<std::uint16_t>(symbols[length].symbol + kFirstLength);
  }
  symbols[kMaxMatch] = {kLengthSymbols - 1, 0, 0};
  return symbols;
}

}  // namespace detail

inline constexpr std::array<ExtendedSymbol, kMaxMatch + 1> kLengthSymbolOf = detail::make_length_symbols();

/// Without a branch: near and far distances come in no order that a processor could learn.
inline ExtendedSymbol distance_symbol(std::uint32_t distance) {
  const std::uint32_t value = distance - 1;
  const unsigned bits = 30U - static_cast<unsigned>(__builtin_clz(value | 2));
  return {static_cast<std::uint16_t>(2 * bits + (value >> bits)),
          static_cast<std::uint16_t>(value & ((1U << bits) - 1)), static_cast<std::uint8_t>(bits)};
}

/// How much of a match of any length of 3 or more goes into its next code, so that no rest is shorter than 3.
inline std::uint32_t next_piece(std::uint32_t length) {
  return length <= kMaxMatch ? length : std::min(kMaxMatch, length - kMinMatch);
}

}  // namespace sconce::png
