#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "media/matches.h"
#include "png/deflate_symbols.h"

namespace sconce::media {

/// How often each symbol of a block occurs.
struct SymbolCounts {
  std::array<std::uint32_t, png::kLengthSymbols> literals_and_lengths{};
  std::array<std::uint32_t, png::kDistanceSymbols> distances{};
};

enum class Counting {
  Sampled,  ///< of many literals a part is counted
  Exact,
};

/// Every symbol that occurs has a count of 1 or more; with a sample, all literals have.
SymbolCounts count_symbols(const std::uint8_t* bytes, std::size_t size, Matches matches, Counting counting);

}  // namespace sconce::media
