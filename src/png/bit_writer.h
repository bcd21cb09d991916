#pragma once

#include <cstdint>
#include <cstring>

namespace sconce::png {

/// Packs codes from the lowest bit up, as DEFLATE has them. Writes up to eight bytes past `out`. Inner loops pass
/// it by value: behind a reference, every byte written could be the writer's own for all the compiler knows.
struct BitWriter {
  std::uint8_t* out = nullptr;
  std::uint64_t bits = 0;
  unsigned count = 0;  ///< bits that wait: below 8 after flush()

  /// The caller keeps count at 64 or below.
  [[gnu::always_inline]] inline void put(std::uint64_t code, unsigned length) {
    bits |= code << count;
    count += length;
  }

  [[gnu::always_inline]] inline void flush() {
    store_little_endian(out, bits);
    out += count >> 3;
    bits >>= count & ~7U;
    count &= 7;
  }

  void align_to_byte() {
    count = (count + 7) & ~7U;
    flush();
  }

 private:
  static void store_little_endian(std::uint8_t* to, std::uint64_t value) {
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    value = __builtin_bswap64(value);
#endif
    std::memcpy(to, &value, sizeof value);
  }
};

}  // namespace sconce::png
