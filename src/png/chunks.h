#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace sconce::png {

// The parts of a PNG file (PNG specification, sections 5 and 11). A chunk's data is written where it will be
// framed, between room for the head and for the tail.

constexpr std::size_t kChunkHead = 8;
constexpr std::size_t kChunkTail = 4;

void store_big_endian(std::uint8_t* to, std::uint32_t value);

/// Frames the data that lies kChunkHead behind `chunk`, where it is.
void frame_chunk(const char* type, std::uint8_t* chunk, std::size_t data_size);

/// Frames it and appends it.
void append_chunk(std::vector<std::uint8_t>& png, const char* type, std::uint8_t* chunk, std::size_t data_size);

struct Header {
  std::int64_t width;
  std::int64_t height;
  int channels;   ///< 1 grey, 2 grey + alpha, 3 RGB, 4 RGBA
  int bit_depth;  ///< 8, or 16 for grey
};

/// The signature and IHDR.
void append_header(std::vector<std::uint8_t>& png, const Header& header);
void append_end(std::vector<std::uint8_t>& png);

}  // namespace sconce::png
