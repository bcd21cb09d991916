#include "torch_ops/png_file.h"

#include <cstddef>
#include <cstring>
#include <vector>

#include "png/bit_writer.h"

namespace sconce::ops {
namespace {

constexpr std::size_t kChecksumSize = 4;

std::size_t stream_size(std::int64_t bits) {
  return static_cast<std::size_t>((kStreamHeaderBits + bits + 7) / 8) + kChecksumSize;
}

/// Room for a BitWriter's last eight bytes behind them.
void store_little_endian(std::uint8_t* to, const std::int64_t* words, std::size_t count) {
  png::BitWriter writer;
  writer.out = to;
  for (std::size_t i = 0; i < count; ++i) {
    const auto word = static_cast<std::uint64_t>(words[i]);
    writer.put(word & 0xffffffff, 32);
    writer.flush();
    writer.put(word >> 32, 32);
    writer.flush();
  }
}

/// Puts bits where there are zeros, from this bit on.
void put_bits(std::uint8_t* to, std::int64_t at, const std::uint8_t* bits, std::int64_t count) {
  to += at / 8;
  for (std::int64_t i = 0; i < count; i += 8, ++to, ++bits) {
    const unsigned shifted = static_cast<unsigned>(*bits) << at % 8;
    to[0] = static_cast<std::uint8_t>(to[0] | shifted);
    to[1] = static_cast<std::uint8_t>(to[1] | shifted >> 8);
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
    put_bits(to, at, band.header.data(), band.header_bits);
    at += band.header_bits + band.data_bits;
    const unsigned end = band.codes[kEndOfBlock];
    const std::uint8_t bytes[2] = {static_cast<std::uint8_t>(end), static_cast<std::uint8_t>(end >> 8)};
    put_bits(to, at, bytes, band.lengths[kEndOfBlock]);
    at += band.lengths[kEndOfBlock];
  }
}

}  // namespace

std::int64_t png_file_size(std::int64_t bits) {
  constexpr std::size_t kSignature = 8, kHeaderSize = 13, kChunks = 3;
  return static_cast<std::int64_t>(kSignature + kHeaderSize + stream_size(bits) +
                                   kChunks * (png::kChunkHead + png::kChunkTail));
}

at::Tensor png_file(const png::Header& header, const PngPlan& plan, const std::int64_t* words) {
  constexpr std::size_t kSlack = 16;  // the checksum, and what a BitWriter needs
  const auto word_count = static_cast<std::size_t>((kStreamHeaderBits + plan.bits + 63) / 64);
  const std::size_t size = stream_size(plan.bits);
  std::vector<std::uint8_t> chunk(png::kChunkHead + word_count * 8 + kSlack);
  std::uint8_t* const data = chunk.data() + png::kChunkHead;
  store_little_endian(data, words, word_count);
  put_stream_header(data);
  put_blocks(data, plan);
  png::store_big_endian(data + size - kChecksumSize, plan.checksum);
  std::vector<std::uint8_t> file;
  png::append_header(file, header);
  png::append_chunk(file, "IDAT", chunk.data(), size);
  png::append_end(file);
  const at::Tensor bytes = at::empty({static_cast<std::int64_t>(file.size())}, at::kByte);
  std::memcpy(bytes.data_ptr(), file.data(), file.size());
  return bytes;
}

}  // namespace sconce::ops
