#pragma once

#include <cstddef>
#include <cstdint>

namespace sconce::png {

// libdeflate's where the build found it, several times as fast as zlib's, which serve otherwise.

/// zlib's checksum of what came before (1 at the start) and these bytes.
std::uint32_t adler32(std::uint32_t sum, const std::uint8_t* bytes, std::size_t size);

/// The checksum of a PNG chunk or of a chunk of W&B's log: of what came before (0 at the start) and these bytes.
std::uint32_t crc32(std::uint32_t sum, const std::uint8_t* bytes, std::size_t size);

}  // namespace sconce::png
