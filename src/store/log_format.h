#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "png/checksum.h"

/// The framing of run-<id>.wandb: docs/wandb_file.md, section 1.
namespace sconce::store::log_format {

inline constexpr std::string_view kHeader("\x3a\x57\x26\x42\xe1\xbe\x00",
                                          7);  ///< ":W&B", a magic number, version 0
inline constexpr std::size_t kBlock = 32768;
inline constexpr std::size_t kChunkHeader = 7;

enum class Chunk : std::uint8_t { Full = 1, First = 2, Middle = 3, Last = 4 };

inline std::uint32_t checksum(Chunk type, std::string_view payload) {
  const auto code = static_cast<std::uint8_t>(type);
  const auto* const bytes = reinterpret_cast<const std::uint8_t*>(payload.data());
  return png::crc32(png::crc32(0, &code, 1), bytes, payload.size());
}

}  // namespace sconce::store::log_format
