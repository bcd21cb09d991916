#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "media/simd.h"
#include "png/bit_writer.h"

namespace sconce::media {

/// Four codes and the seven bits that a flush may leave fit 64 bits.
constexpr unsigned kMaxCodeBits = 14;

/// The codes of the 256 byte values, in the shapes that the writers look them up in.
struct LiteralCodes {
  std::array<std::uint32_t, 256> packed;  ///< code << 8 | length
  /// The code below a bit that is set and marks its end, 1 << length | code, in two halves.
  alignas(64) std::array<std::uint8_t, 256> low;
  alignas(64) std::array<std::uint8_t, 256> high;

  void set(const std::uint16_t* codes, const std::uint8_t* lengths);
};

constexpr std::size_t kFewLiterals = 3;

/// Writes up to kFewLiterals codes, readable as below, without a branch: how many there are is hard to predict.
[[nodiscard, gnu::always_inline]] inline png::BitWriter write_few_literals(png::BitWriter writer,
                                                                           const LiteralCodes& codes,
                                                                           const std::uint8_t* bytes,
                                                                           std::size_t size) {
  for (std::size_t i = 0; i < kFewLiterals; ++i) {
    const std::uint32_t code = codes.packed[bytes[i]] & (i < size ? ~0U : 0U);
    writer.put(code >> 8, code & 0xff);
  }
  writer.flush();
  return writer;
}

/// Writes the code of every byte. `bytes` must be readable for 3 bytes past the end.
[[nodiscard]] png::BitWriter write_literals(png::BitWriter writer, const LiteralCodes& codes,
                                            const std::uint8_t* bytes, std::size_t size, Simd simd);

}  // namespace sconce::media
