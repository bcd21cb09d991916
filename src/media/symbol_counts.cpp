#include "media/symbol_counts.h"

namespace sconce::media {
namespace {

constexpr std::size_t kSampledFrom = 8192;
constexpr std::size_t kSample = 64;
constexpr std::size_t kMatchesSampledFrom = 2048;
constexpr std::size_t kMatchSample = 64;
constexpr std::uint32_t kSampleEvery = 4;  // one sample of so many is counted

/// Four tables: a count that was just stored would have to be waited for.
using Tables = std::array<std::array<std::uint32_t, 256>, 4>;

void add(const std::uint8_t* bytes, std::size_t size, std::uint32_t weight, Tables& tables) {
  std::size_t i = 0;
  for (; i + 4 <= size; i += 4) {
    for (std::size_t j = 0; j < 4; ++j) tables[j][bytes[i + j]] += weight;
  }
  for (; i < size; ++i) tables[0][bytes[i]] += weight;
}

/// Returns whether it counted every byte.
bool count_literals(const std::uint8_t* bytes, std::size_t size, std::uint32_t weight, Tables& tables) {
  if (size < kSampledFrom) {
    add(bytes, size, weight, tables);
    return true;
  }
  for (std::size_t i = 0; i + kSample <= size; i += kSample * kSampleEvery) {
    add(bytes + i, kSample, weight * kSampleEvery, tables);
  }
  return false;
}

void count_match(Match match, std::uint32_t weight, SymbolCounts& counts) {
  std::uint32_t& distance = counts.distances[distance_symbol(match.distance).symbol];
  for (std::uint32_t rest = match.length; rest > 0;) {
    const std::uint32_t piece = next_piece(rest);
    counts.literals_and_lengths[kLengthSymbolOf[piece].symbol] += weight;
    distance += weight;
    rest -= piece;
  }
}

/// Counts the matches and the literals before them. Returns whether it counted every literal.
bool count_matches(const std::uint8_t* bytes, const std::vector<Match>& matches, Tables& tables,
                   SymbolCounts& counts) {
  const bool sampled = matches.size() >= kMatchesSampledFrom;
  if (sampled) {
    for (std::size_t i = kFirstLength; i < kLengthSymbols; ++i) counts.literals_and_lengths[i] = 1;
    counts.distances.fill(1);
  }
  const std::uint32_t weight = sampled ? kSampleEvery : 1;
  bool complete = !sampled;
  for (std::size_t i = 0; i < matches.size(); ++i) {
    const Match& match = matches[i];
    if (!sampled || i / kMatchSample % kSampleEvery == 0) {
      complete &= count_literals(bytes, match.literals, weight, tables);
      count_match(match, weight, counts);
    }
    bytes += match.literals + match.length;
  }
  return complete;
}

}  // namespace

SymbolCounts count_symbols(const std::uint8_t* bytes, std::size_t size, const std::vector<Match>& matches) {
  SymbolCounts counts;
  Tables tables{};
  std::size_t covered = 0;
  for (const Match& match : matches) covered += match.literals + match.length;
  bool complete = count_matches(bytes, matches, tables, counts);
  complete &= count_literals(bytes + covered, size - covered, 1, tables);
  for (std::size_t i = 0; i < 256; ++i) {
    counts.literals_and_lengths[i] =
        tables[0][i] + tables[1][i] + tables[2][i] + tables[3][i] + (complete ? 0 : 1);
  }
  counts.literals_and_lengths[kEndOfBlock] = 1;
  return counts;
}

}  // namespace sconce::media
