#pragma once

#include <cstdint>
#include <cstring>

namespace sconce::media {

/// Eight bytes as a number whose lowest byte is the first, on every machine.
inline std::uint64_t load64(const std::uint8_t* bytes) {
  std::uint64_t value;
  std::memcpy(&value, bytes, sizeof value);
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
  value = __builtin_bswap64(value);
#endif
  return value;
}

}  // namespace sconce::media
