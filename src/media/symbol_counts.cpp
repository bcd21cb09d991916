#include "media/symbol_counts.h"

#include <algorithm>

#include "media/load64.h"

namespace sconce::media {
namespace {

// Of many literals only those in every fourth window of 64 bytes are counted.
constexpr std::size_t kSampledFrom = 98304;
constexpr std::size_t kWindow = 64;
constexpr std::size_t kEvery = 4;
constexpr std::size_t kPeriod = kEvery * kWindow;

/// Eight tables: a count that was just stored would have to be waited for.
using Tables = std::array<std::array<std::uint32_t, 256>, 8>;

void add(const std::uint8_t* bytes, std::size_t size, Tables& tables) {
  std::size_t i = 0;
  for (; i + 8 <= size; i += 8) {
    const std::uint64_t eight = load64(bytes + i);
    for (std::size_t j = 0; j < 8; ++j) ++tables[j][eight >> (8 * j) & 0xff];
  }
  for (; i < size; ++i) ++tables[i & 7][bytes[i]];
}

void add_windows(const std::uint8_t* bytes, std::size_t from, std::size_t to, Tables& tables) {
  while (from < to) {
    const std::size_t in_period = from % kPeriod;
    if (in_period < kWindow) {
      const std::size_t size = std::min(kWindow - in_period, to - from);
      add(bytes + from, size, tables);
      from += size;
    } else {
      from += kPeriod - in_period;
    }
  }
}

void add(Match match, SymbolCounts& counts) {
  std::uint32_t& distance = counts.distances[png::distance_symbol(match.distance).symbol];
  for (std::uint32_t rest = match.length; rest > 0;) {
    const std::uint32_t piece = png::next_piece(rest);
    ++counts.literals_and_lengths[png::kLengthSymbolOf[piece].symbol];
    ++distance;
    rest -= piece;
  }
}

}  // namespace

SymbolCounts count_symbols(const std::uint8_t* bytes, std::size_t size, Matches matches, Counting counting) {
  const bool sampled = counting == Counting::Sampled && size - matches.matched >= kSampledFrom;
  const auto add_literals = [&](std::size_t from, std::size_t to, Tables& tables) {
    sampled ? add_windows(bytes, from, to, tables) : add(bytes + from, to - from, tables);
  };
  SymbolCounts counts;
  Tables tables{};
  std::size_t at = 0;
  for (const Match& match : matches) {
    add_literals(at, at + match.literals, tables);
    add(match, counts);
    at += match.literals + match.length;
  }
  add_literals(at, size, tables);
  for (std::size_t i = 0; i < 256; ++i) {
    std::uint32_t count = 0;
    for (const auto& table : tables) count += table[i];
    counts.literals_and_lengths[i] = sampled ? static_cast<std::uint32_t>(1 + kEvery * count) : count;
  }
  counts.literals_and_lengths[png::kEndOfBlock] = 1;
  return counts;
}

}  // namespace sconce::media
