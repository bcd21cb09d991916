#pragma once

#include <ATen/ATen.h>

#include <cstdint>

namespace sconce::ops {

// What happens to the filtered bytes of pictures, on their device. Nothing here waits for it.

/// The streams of pictures are padded with zeros to a multiple of this.
constexpr std::int64_t kStreamBlock = 128;

/// Two sums over each of the streams, int64 [N,2] below 2^62: of the bytes, and of the bytes times their distance
/// from the end, that of the last one being 1. Both are right modulo 65521. size: of a stream without the padding.
at::Tensor adler_sums(const at::Tensor& streams, std::int64_t size);

/// A code and its length, as one number: code << kLengthBits | length. The first bit of a code is its lowest.
constexpr std::int64_t kLengthBits = 5;

/// Two of these and the length of both are a positive int32.
constexpr std::int64_t kMaxStreamCodeBits = 13;

struct PackedStreams {
  at::Tensor words;       ///< int64 [at most the bound]; bits are filled from the lowest up
  at::Tensor first_word;  ///< int64 [N]; of each stream
  at::Tensor bits;        ///< int64 [N]; with the padding, without the room at the begin
};

/// The codes of all bytes, one behind another; each stream begins in a word of its own, behind room for some bits.
/// streams: uint8 [N,P]. codes: int32 [N,256], at most kMaxStreamCodeBits each. room: int64 [N], in bits.
/// most_words: for all streams together, one to spare.
PackedStreams pack_streams(const at::Tensor& streams, const at::Tensor& codes, const at::Tensor& room,
                           std::int64_t most_words);

}  // namespace sconce::ops
