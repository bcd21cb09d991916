#include "png/huffman.h"

#include <gtest/gtest.h>

#include <random>
#include <vector>

namespace sconce::png {
namespace {

std::vector<std::uint8_t> lengths_of(const std::vector<std::uint32_t>& counts, unsigned limit) {
  std::vector<std::uint8_t> lengths(counts.size());
  huffman_lengths(counts.data(), counts.size(), limit, lengths.data());
  return lengths;
}

/// In units of 2^-limit; a complete code has 2^limit.
std::uint64_t kraft_sum(const std::vector<std::uint8_t>& lengths, unsigned limit) {
  std::uint64_t sum = 0;
  for (const std::uint8_t length : lengths) sum += length == 0 ? 0 : std::uint64_t{1} << (limit - length);
  return sum;
}

TEST(HuffmanLengths, AreTheShortestThereAre) {
  EXPECT_EQ(lengths_of({1, 1, 2, 4, 0, 8}, 14), (std::vector<std::uint8_t>{4, 4, 3, 2, 0, 1}));
}

TEST(HuffmanLengths, GiveALoneSymbolOneBit) {
  EXPECT_EQ(lengths_of({0, 9, 0}, 14), (std::vector<std::uint8_t>{0, 1, 0}));
}

TEST(HuffmanLengths, StayWithinTheLimitAndMakeACompleteCode) {
  std::mt19937 engine(3);
  for (int round = 0; round < 500; ++round) {
    const std::size_t symbols = 2 + engine() % (kMaxSymbols - 1);
    const unsigned limit = symbols <= 100 ? 7 : 9 + static_cast<unsigned>(engine() % 6);
    std::vector<std::uint32_t> counts(symbols);
    for (std::uint32_t& count : counts)
      count = 1 + static_cast<std::uint32_t>((engine() >> (engine() % 32)) % 1'000'000);
    const std::vector<std::uint8_t> lengths = lengths_of(counts, limit);
    for (const std::uint8_t length : lengths) {
      ASSERT_GE(length, 1);
      ASSERT_LE(length, limit);
    }
    ASSERT_EQ(kraft_sum(lengths, limit), std::uint64_t{1} << limit);
  }
}

TEST(HuffmanLengths, TakeCountsLikeFibonaccisNumbers) {
  std::vector<std::uint32_t> counts = {1, 1};
  while (counts.size() < 40) counts.push_back(counts[counts.size() - 1] + counts[counts.size() - 2]);
  const std::vector<std::uint8_t> lengths = lengths_of(counts, 14);
  EXPECT_EQ(kraft_sum(lengths, 14), 1U << 14);
}

TEST(CanonicalCodes, AreThoseOfTheStandardsExampleReadBackwards) {
  // RFC 1951, 3.2.2: 010 011 100 101 110 00 1110 1111
  const std::vector<std::uint8_t> lengths = {3, 3, 3, 3, 3, 2, 4, 4};
  std::vector<std::uint16_t> codes(lengths.size());
  canonical_codes(lengths.data(), lengths.size(), codes.data());
  EXPECT_EQ(codes, (std::vector<std::uint16_t>{0b010, 0b110, 0b001, 0b101, 0b011, 0b00, 0b0111, 0b1111}));
}

}  // namespace
}  // namespace sconce::png
