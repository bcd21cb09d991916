#include "png/huffman.h"

#include <algorithm>
#include <array>

namespace sconce::png {
namespace {

constexpr unsigned kMaxLength = 15;
constexpr std::size_t kDepths = 64;  // deeper trees would need counts past 32 bits

struct Leaf {
  std::uint16_t count;
  std::uint16_t symbol;
};

using Leaves = std::array<Leaf, kMaxSymbols + 1>;  // one more, for what is written and not kept

void sort_by_byte(const Leaf* from, std::size_t n, unsigned shift, Leaf* to) {
  std::array<std::uint16_t, 256> starts{};
  for (std::size_t i = 0; i < n; ++i) ++starts[from[i].count >> shift & 0xff];
  std::uint16_t start = 0;
  for (std::uint16_t& bucket : starts) {
    const std::uint16_t size = bucket;
    bucket = start;
    start = static_cast<std::uint16_t>(start + size);
  }
  for (std::size_t i = 0; i < n; ++i) to[starts[from[i].count >> shift & 0xff]++] = from[i];
}

/// The symbols that occur, rarest first. Sixteen bits of a count are enough for a good code. Those that occur once
/// are often most of them, and need no sorting.
std::size_t sorted_leaves(const std::uint32_t* counts, std::size_t symbols, Leaves& leaves) {
  Leaves unsorted{};
  std::size_t once = 0;
  std::size_t more = 0;
  for (std::size_t i = 0; i < symbols; ++i) {
    const Leaf leaf = {static_cast<std::uint16_t>(std::min<std::uint32_t>(counts[i], 0xffff)),
                       static_cast<std::uint16_t>(i)};
    leaves[once] = leaf;
    unsorted[more] = leaf;
    once += counts[i] == 1 ? 1 : 0;
    more += counts[i] > 1 ? 1 : 0;
  }
  Leaves by_low_byte{};
  sort_by_byte(unsorted.data(), more, 0, by_low_byte.data());
  sort_by_byte(by_low_byte.data(), more, 8, leaves.data() + once);
  return once + more;
}

/// How many leaves Huffman's tree has at each depth. The leaves and the nodes made of them are two queues, both
/// sorted, so the two smallest are always at their fronts.
void count_depths(const Leaves& leaves, std::size_t n, std::array<std::uint16_t, kDepths>& at_depth) {
  std::array<std::uint32_t, 2 * kMaxSymbols> weight;
  std::array<std::uint16_t, 2 * kMaxSymbols> parent;
  for (std::size_t i = 0; i < n; ++i) weight[i] = leaves[i].count;
  std::size_t leaf = 0;
  std::size_t node = n;
  for (std::size_t made = n; made < 2 * n - 1; ++made) {
    std::uint32_t sum = 0;
    for (int child = 0; child < 2; ++child) {
      const bool take_leaf = node == made || (leaf < n && weight[leaf] <= weight[node]);
      const std::size_t taken = take_leaf ? leaf++ : node++;
      sum += weight[taken];
      parent[taken] = static_cast<std::uint16_t>(made);
    }
    weight[made] = sum;
  }
  std::array<std::uint8_t, 2 * kMaxSymbols> depth;
  depth[2 * n - 2] = 0;
  for (std::size_t i = 2 * n - 2; i-- > 0;) {
    depth[i] = static_cast<std::uint8_t>(depth[parent[i]] + 1);
    if (i < n) ++at_depth[depth[i]];
  }
}

/// Moves the leaves below `limit` up to it, then makes room for them by lengthening shorter codes, until the code
/// is complete again: Kraft's sum, in units of 2^-limit, is 2^limit.
void limit_depths(std::array<std::uint16_t, kDepths>& at_depth, unsigned limit) {
  for (std::size_t deep = limit + 1; deep < kDepths; ++deep) {
    at_depth[limit] = static_cast<std::uint16_t>(at_depth[limit] + at_depth[deep]);
  }
  std::uint32_t kraft = 0;
  for (unsigned d = 1; d <= limit; ++d) kraft += static_cast<std::uint32_t>(at_depth[d]) << (limit - d);
  for (; kraft > 1U << limit; --kraft) {
    unsigned shorter = limit - 1;
    while (at_depth[shorter] == 0) --shorter;
    --at_depth[shorter];
    at_depth[shorter + 1] = static_cast<std::uint16_t>(at_depth[shorter + 1] + 2);
    --at_depth[limit];
  }
}

std::uint16_t reversed(std::uint32_t code, unsigned length) {
  code = (code & 0x5555) << 1 | (code >> 1 & 0x5555);
  code = (code & 0x3333) << 2 | (code >> 2 & 0x3333);
  code = (code & 0x0f0f) << 4 | (code >> 4 & 0x0f0f);
  code = (code & 0x00ff) << 8 | (code >> 8 & 0x00ff);
  return static_cast<std::uint16_t>(code >> (16 - length));
}

}  // namespace

void huffman_lengths(const std::uint32_t* counts, std::size_t symbols, unsigned limit, std::uint8_t* lengths) {
  std::fill_n(lengths, symbols, std::uint8_t{0});
  Leaves leaves{};
  const std::size_t n = sorted_leaves(counts, symbols, leaves);
  if (n == 0) return;
  if (n == 1) {
    lengths[leaves[0].symbol] = 1;
    return;
  }
  std::array<std::uint16_t, kDepths> at_depth{};
  count_depths(leaves, n, at_depth);
  limit_depths(at_depth, limit);
  std::size_t leaf = 0;
  for (unsigned depth = limit; depth > 0; --depth) {
    for (unsigned i = 0; i < at_depth[depth]; ++i)
      lengths[leaves[leaf++].symbol] = static_cast<std::uint8_t>(depth);
  }
}

void canonical_codes(const std::uint8_t* lengths, std::size_t symbols, std::uint16_t* codes) {
  std::array<std::uint32_t, kMaxLength + 1> of_length{};
  for (std::size_t i = 0; i < symbols; ++i) ++of_length[lengths[i]];
  std::array<std::uint32_t, kMaxLength + 2> next{};
  for (unsigned length = 1; length <= kMaxLength; ++length) {
    next[length + 1] = (next[length] + of_length[length]) << 1;
  }
  for (std::size_t i = 0; i < symbols; ++i) {
    codes[i] = lengths[i] == 0 ? std::uint16_t{0} : reversed(next[lengths[i]]++, lengths[i]);
  }
}

}  // namespace sconce::png
