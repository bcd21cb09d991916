#pragma once

#include <cstddef>
#include <cstdint>

#include "media/bit_writer.h"
#include "media/matches.h"
#include "media/simd.h"

namespace sconce::media {

/// What write_deflate_block() may write at most for a block of this size: it keeps a stored copy where codes are
/// no gain, but finds that out by writing them.
constexpr std::size_t max_deflate_block(std::size_t size) { return 2 * size + 1024; }

/// Writes one block of DEFLATE (RFC 1951) with its own Huffman codes, or as it is where that is shorter. `matches`
/// cover a prefix of the bytes, the rest is literals; their distances may reach before `bytes`.
void write_deflate_block(BitWriter& writer, const std::uint8_t* bytes, std::size_t size, Matches matches,
                         bool last, Simd simd);

}  // namespace sconce::media
