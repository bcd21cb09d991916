#include "png/code_lengths.h"

#include <algorithm>
#include <array>

#include "png/huffman.h"

namespace sconce::png {
namespace {

// The alphabet that lengths of codes are written in: the lengths, and repetitions.
constexpr std::size_t kFewestLiterals = 257;
constexpr std::size_t kMaxLengths = 286 + 30;
constexpr std::size_t kLengthCodes = 19;
constexpr unsigned kLengthCodeLimit = 7;
constexpr std::uint8_t kRepeatLast = 16;
constexpr std::uint8_t kShortZeros = 17;
constexpr std::uint8_t kLongZeros = 18;
constexpr std::array<std::uint8_t, kLengthCodes> kLengthCodeOrder = {16, 17, 18, 0, 8,  7, 9,  6, 10, 5,
                                                                     11, 4,  12, 3, 13, 2, 14, 1, 15};

/// The lengths of both codes as one sequence of symbols.
class LengthSequence {
 public:
  void add(const std::uint8_t* lengths, std::size_t n) {
    for (std::size_t i = 0; i < n;) {
      std::size_t same = 1;
      while (i + same < n && lengths[i + same] == lengths[i]) ++same;
      add_repeated(lengths[i], same);
      i += same;
    }
  }

  void write(BitWriter& writer) const {
    std::array<std::uint8_t, kLengthCodes> lengths;
    std::array<std::uint16_t, kLengthCodes> codes;
    huffman_lengths(counts_.data(), kLengthCodes, kLengthCodeLimit, lengths.data());
    canonical_codes(lengths.data(), kLengthCodes, codes.data());
    std::size_t used = kLengthCodes;
    while (used > 4 && lengths[kLengthCodeOrder[used - 1]] == 0) --used;
    writer.put(used - 4, 4);
    for (std::size_t i = 0; i < used; ++i) {
      writer.put(lengths[kLengthCodeOrder[i]], 3);
      writer.flush();
    }
    for (std::size_t i = 0; i < size_; ++i) {
      const Item item = items_[i];
      writer.put(codes[item.symbol], lengths[item.symbol]);
      writer.put(item.extra, extra_bits(item.symbol));
      writer.flush();
    }
  }

 private:
  struct Item {
    std::uint8_t symbol;
    std::uint8_t extra;
  };

  static unsigned extra_bits(std::uint8_t symbol) {
    switch (symbol) {
      case kRepeatLast:
        return 2;
      case kShortZeros:
        return 3;
      case kLongZeros:
        return 7;
      default:
        return 0;
    }
  }

  void add_repeated(std::uint8_t length, std::size_t n) {
    if (length != 0) {
      push(length, 0);
      --n;
    }
    while (n >= 3) {
      const std::size_t most = length != 0 ? 6 : n <= 10 ? 10 : 138;
      const std::size_t taken = std::min(n, most);
      const std::uint8_t symbol = length != 0 ? kRepeatLast : n <= 10 ? kShortZeros : kLongZeros;
      push(symbol, taken - (symbol == kLongZeros ? 11 : 3));
      n -= taken;
    }
    for (; n > 0; --n) push(length, 0);
  }

  void push(std::uint8_t symbol, std::size_t extra) {
    items_[size_++] = {symbol, static_cast<std::uint8_t>(extra)};
    ++counts_[symbol];
  }

  std::array<Item, kMaxLengths> items_;
  std::size_t size_ = 0;
  std::array<std::uint32_t, kLengthCodes> counts_{};
};

std::size_t used_symbols(const Lengths& code, std::size_t least) {
  std::size_t used = code.symbols;
  while (used > least && code.lengths[used - 1] == 0) --used;
  return used;
}

}  // namespace

BitWriter write_code_lengths(BitWriter writer, const Lengths& literals, const Lengths& distances) {
  const std::size_t used_literals = used_symbols(literals, kFewestLiterals);
  const std::size_t used_distances = used_symbols(distances, 1);
  writer.put(used_literals - kFewestLiterals, 5);
  writer.put(used_distances - 1, 5);
  LengthSequence sequence;
  sequence.add(literals.lengths, used_literals);
  sequence.add(distances.lengths, used_distances);
  sequence.write(writer);
  return writer;
}

}  // namespace sconce::png
