#include "png/chunks.h"

#include <algorithm>
#include <array>

#include "png/checksum.h"

namespace sconce::png {

void store_big_endian(std::uint8_t* to, std::uint32_t value) {
  for (int i = 0; i < 4; ++i) to[i] = static_cast<std::uint8_t>(value >> (24 - 8 * i));
}

void frame_chunk(const char* type, std::uint8_t* chunk, std::size_t data_size) {
  store_big_endian(chunk, static_cast<std::uint32_t>(data_size));
  std::copy(type, type + 4, chunk + 4);
  store_big_endian(chunk + kChunkHead + data_size, crc32(0, chunk + 4, 4 + data_size));
}

void append_chunk(std::vector<std::uint8_t>& png, const char* type, std::uint8_t* chunk, std::size_t data_size) {
  frame_chunk(type, chunk, data_size);
  png.insert(png.end(), chunk, chunk + kChunkHead + data_size + kChunkTail);
}

void append_header(std::vector<std::uint8_t>& png, const Header& header) {
  constexpr std::array<std::uint8_t, 8> kSignature = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
  constexpr std::array<std::uint8_t, 5> kColourTypes = {0, 0, 4, 2, 6};
  constexpr std::size_t kDataSize = 13;
  png.insert(png.end(), kSignature.begin(), kSignature.end());
  std::array<std::uint8_t, kChunkHead + kDataSize + kChunkTail> chunk{};
  std::uint8_t* const data = chunk.data() + kChunkHead;
  store_big_endian(data, static_cast<std::uint32_t>(header.width));
  store_big_endian(data + 4, static_cast<std::uint32_t>(header.height));
  data[8] = static_cast<std::uint8_t>(header.bit_depth);
  data[9] = kColourTypes[static_cast<std::size_t>(header.channels)];
  append_chunk(png, "IHDR", chunk.data(), kDataSize);
}

void append_end(std::vector<std::uint8_t>& png) {
  std::array<std::uint8_t, kChunkHead + kChunkTail> chunk{};
  append_chunk(png, "IEND", chunk.data(), 0);
}

}  // namespace sconce::png
