#include "png/checksum.h"

#ifdef SCONCE_HAVE_LIBDEFLATE
#include <libdeflate.h>
#else
#include <zlib.h>
#endif

namespace sconce::png {

#ifdef SCONCE_HAVE_LIBDEFLATE

std::uint32_t adler32(std::uint32_t sum, const std::uint8_t* bytes, std::size_t size) {
  return libdeflate_adler32(sum, bytes, size);
}

std::uint32_t crc32(std::uint32_t sum, const std::uint8_t* bytes, std::size_t size) {
  return libdeflate_crc32(sum, bytes, size);
}

#else

std::uint32_t adler32(std::uint32_t sum, const std::uint8_t* bytes, std::size_t size) {
  return static_cast<std::uint32_t>(::adler32_z(sum, bytes, size));
}

std::uint32_t crc32(std::uint32_t sum, const std::uint8_t* bytes, std::size_t size) {
  return static_cast<std::uint32_t>(::crc32_z(sum, bytes, size));
}

#endif

}  // namespace sconce::png
