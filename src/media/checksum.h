#pragma once

#include <cstddef>
#include <cstdint>

#include "media/simd.h"

namespace sconce::media {

/// zlib's checksum of what came before (1 at the start) and these bytes.
std::uint32_t adler32(std::uint32_t sum, const std::uint8_t* bytes, std::size_t size, Simd simd);

/// The checksum of a PNG chunk.
std::uint32_t crc32(const std::uint8_t* bytes, std::size_t size, Simd simd);

}  // namespace sconce::media
