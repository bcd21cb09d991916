#include "png/deflate_symbols.h"

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <vector>

namespace sconce::png {
namespace {

// From the tables of RFC 1951, 3.2.5: a value, its symbol, what follows, in how many bits.
using Entries = std::vector<std::array<std::uint32_t, 4>>;

void expect_is(ExtendedSymbol symbol, const std::array<std::uint32_t, 4>& entry) {
  EXPECT_EQ(symbol.symbol, entry[1]) << entry[0];
  EXPECT_EQ(symbol.extra, entry[2]) << entry[0];
  EXPECT_EQ(symbol.extra_bits, entry[3]) << entry[0];
}

TEST(DeflateSymbols, AreThoseOfLengths) {
  const Entries entries = {{3, 257, 0, 0},   {10, 264, 0, 0},   {11, 265, 0, 1}, {12, 265, 1, 1},
                           {18, 268, 1, 1},  {19, 269, 0, 2},   {66, 276, 7, 3}, {130, 280, 15, 4},
                           {131, 281, 0, 5}, {257, 284, 30, 5}, {258, 285, 0, 0}};
  for (const auto& entry : entries) expect_is(kLengthSymbolOf[entry[0]], entry);
}

TEST(DeflateSymbols, AreThoseOfDistances) {
  const Entries entries = {{1, 0, 0, 0}, {4, 3, 0, 0},  {5, 4, 0, 1},  {6, 4, 1, 1},       {7, 5, 0, 1},
                           {9, 6, 0, 2}, {12, 6, 3, 2}, {16, 7, 3, 2}, {24577, 29, 0, 13}, {32768, 29, 8191, 13}};
  for (const auto& entry : entries) expect_is(distance_symbol(entry[0]), entry);
}

}  // namespace
}  // namespace sconce::png
