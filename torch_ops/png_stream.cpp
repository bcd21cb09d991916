#include "torch_ops/png_stream.h"

namespace sconce::ops {
namespace {

constexpr std::int64_t kAdlerModulus = 65521;
constexpr std::int64_t kLengthMask = (std::int64_t{1} << kLengthBits) - 1;
constexpr std::int64_t kBytes = 256;
constexpr std::int64_t kPairs = 65536;

at::Tensor code_in(const at::Tensor& codes) { return codes.bitwise_right_shift(kLengthBits); }
at::Tensor length_in(const at::Tensor& codes) { return codes.bitwise_and(kLengthMask); }

/// One code in place of each two: [...,2] becomes [...].
at::Tensor joined(const at::Tensor& codes) {
  const at::Tensor first = codes.select(-1, 0);
  const at::Tensor second = codes.select(-1, 1);
  return code_in(second)
      .bitwise_left_shift_(length_in(first).add_(kLengthBits))
      .add_(length_in(second))
      .add_(first);
}

/// Numbers of [N,S], each in its own range of `range` numbers.
at::Tensor in_ranges(const at::Tensor& numbers, std::int64_t range) {
  return numbers.add(at::arange(numbers.size(0), numbers.options()).mul_(range).unsqueeze(1));
}

/// By pairs of bytes as they are in memory, read as int16, from -32768 up: int32 [N,65536].
at::Tensor codes_of_pairs(const at::Tensor& codes) {
  const at::Tensor pairs = at::arange(-kPairs / 2, kPairs / 2, codes.options().dtype(at::kShort));
  const at::Tensor bytes = pairs.view(at::kByte).to(at::kInt);
  return joined(codes.index_select(1, bytes).view({codes.size(0), kPairs, 2}));
}

/// int32 [N,P/2]. A table of pairs halves the look-ups, and is worth its making for pictures that are no smaller.
at::Tensor look_up_pairs(const at::Tensor& streams, const at::Tensor& codes) {
  const std::int64_t count = streams.size(0);
  if (streams.size(1) < 2 * kPairs) {
    const at::Tensor entries = codes.flatten().index_select(0, in_ranges(streams.to(at::kInt), kBytes).flatten());
    return joined(entries.view({count, -1, 2}));
  }
  const at::Tensor pairs = streams.view(at::kShort).to(at::kInt).add_(kPairs / 2);
  return codes_of_pairs(codes).flatten().index_select(0, in_ranges(pairs, kPairs).flatten()).view({count, -1});
}

}  // namespace

at::Tensor adler_sums(const at::Tensor& streams, std::int64_t size) {
  const at::Tensor blocks = streams.view({streams.size(0), -1, kStreamBlock});
  const at::Tensor weights = at::arange(kStreamBlock, 0, -1, streams.options().dtype(at::kShort));
  const at::Tensor sums = blocks.sum(-1, /*keepdim=*/false, at::kInt).to(at::kLong);
  const at::Tensor weighted = blocks.to(at::kShort).mul_(weights).sum(-1, /*keepdim=*/false, at::kInt);
  // The padding counts as bytes beyond the end, at distances below 1; it is zeros.
  const at::Tensor behind = at::arange(blocks.size(1), sums.options())
                                .mul_(-kStreamBlock)
                                .add_(size - kStreamBlock)
                                .remainder_(kAdlerModulus);
  return at::stack({sums.sum(1), sums.mul(behind).sum(1).add_(weighted.sum(1))}, 1);
}

PackedStreams pack_streams(const at::Tensor& streams, const at::Tensor& codes, const at::Tensor& room,
                           std::int64_t most_words) {
  const std::int64_t count = streams.size(0);
  const at::Tensor pairs = look_up_pairs(streams, codes).view({count, -1, 2});
  const at::Tensor first = pairs.select(-1, 0).to(at::kLong);
  const at::Tensor second = pairs.select(-1, 1).to(at::kLong);
  const at::Tensor first_lengths = length_in(first);
  const at::Tensor code = code_in(second).bitwise_left_shift_(first_lengths).add_(code_in(first)).flatten();
  const at::Tensor lengths = length_in(second).add_(first_lengths);
  at::Tensor positions = lengths.flatten().cumsum(0).view({count, -1});
  const at::Tensor ends = positions.select(1, -1).clone();
  const at::Tensor bits = ends.clone();
  bits.narrow(0, 1, count - 1).sub_(ends.narrow(0, 0, count - 1));
  const at::Tensor words_of = bits.add(room).add_(63).bitwise_right_shift_(6);
  const at::Tensor first_word = words_of.cumsum(0).sub_(words_of);
  // Where a stream begins now, and where it is to begin.
  positions.sub_(lengths).add_(first_word.mul(64).add_(room).add_(bits).sub_(ends).unsqueeze(1));
  const at::Tensor shift = positions.bitwise_and(63).flatten();
  const at::Tensor word = positions.bitwise_right_shift_(6).flatten();
  const at::Tensor words = at::zeros({most_words}, code.options());
  words.index_add_(0, word, code.bitwise_left_shift(shift));
  // By one first: a shift by 64 is none.
  words.index_add_(0, word.add_(1), code.bitwise_right_shift(1).bitwise_right_shift_(shift.neg().add_(63)));
  return {words, first_word, bits};
}

}  // namespace sconce::ops
