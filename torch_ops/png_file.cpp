#include "torch_ops/png_file.h"

#include <algorithm>
#include <cstddef>
#include <vector>

#include "png/chunks.h"
#include "png/deflate_symbols.h"

namespace sconce::ops {
namespace {

constexpr std::size_t kChecksumSize = 4;

std::size_t stream_size(std::int64_t bits) {
  return static_cast<std::size_t>((kStreamHeaderBits + bits + 7) / 8) + kChecksumSize;
}

/// Puts a number where there are zeros, from this bit on.
void put(std::uint8_t* to, std::int64_t at, unsigned bits) {
  to += at / 8;
  for (unsigned shifted = bits << at % 8; shifted != 0; shifted >>= 8, ++to) {
    *to = static_cast<std::uint8_t>(*to | shifted);
  }
}

void put_stream_header(std::uint8_t* to) {
  constexpr std::uint8_t kDeflate32K = 0x78, kFastest = 0x01;
  to[0] = kDeflate32K;
  to[1] = kFastest;
}

/// Between the symbols of bands.
void put_blocks(std::uint8_t* to, const PngPlan& plan) {
  std::int64_t at = kStreamHeaderBits;
  for (const BandCode& band : plan.bands) {
    for (std::int64_t i = 0; i < band.header_bits; i += 8) {
      put(to, at + i, band.header[static_cast<std::size_t>(i / 8)]);
    }
    at += band.header_bits + band.data_bits;
    put(to, at, band.codes[png::kEndOfBlock]);
    at += band.lengths[png::kEndOfBlock];
  }
}

}  // namespace

std::int64_t png_file_size(std::int64_t bits) {
  return kBytesBeforeStream + (kStreamHeaderBits + bits + 7) / 8 + kBytesBehindBlocks;
}

void finish_png_file(const png::Header& header, const PngPlan& plan, std::uint8_t* stream) {
  const std::size_t size = stream_size(plan.bits);
  put_stream_header(stream);
  put_blocks(stream, plan);
  png::store_big_endian(stream + size - kChecksumSize, plan.checksum);
  png::frame_chunk("IDAT", stream - png::kChunkHead, size);
  std::vector<std::uint8_t> around;
  png::append_header(around, header);
  std::copy(around.begin(), around.end(), stream - kBytesBeforeStream);
  around.clear();
  png::append_end(around);
  std::copy(around.begin(), around.end(), stream + size + png::kChunkTail);
}

}  // namespace sconce::ops
