#pragma once

#include <cstddef>
#include <cstdint>

#include "media/matches.h"
#include "media/simd.h"
#include "media/symbol_counts.h"
#include "png/bit_writer.h"

namespace sconce::media {

/// Some bytes on their way into DEFLATE (RFC 1951). The distances of matches may reach before `bytes`.
struct DeflateBlock {
  const std::uint8_t* bytes;
  std::size_t size;
  Matches matches;
  bool last;  ///< of its stream
};

/// What the functions below write at most for so many bytes: a coded block that is no gain is found out by writing
/// it.
constexpr std::size_t max_deflate_block(std::size_t size) { return 2 * size + 1024; }

/// Writes the block with Huffman codes of its own, or as it is where that is shorter.
void write_coded_block(png::BitWriter& writer, const DeflateBlock& block, Counting counting, Simd simd);

/// Writes the bytes as they are.
void write_stored_block(png::BitWriter& writer, const DeflateBlock& block);

}  // namespace sconce::media
