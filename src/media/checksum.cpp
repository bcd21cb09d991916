#include "media/checksum.h"

#include <zlib.h>

#include <algorithm>

#if SCONCE_X86_SIMD
#include <immintrin.h>
#endif

namespace sconce::media {
namespace {

std::uint32_t zlib_crc32(std::uint32_t crc, const std::uint8_t* bytes, std::size_t size) {
  return static_cast<std::uint32_t>(::crc32_z(crc, bytes, size));
}

#if SCONCE_X86_SIMD

SCONCE_TARGET_AVX2 std::uint32_t sum_lanes(__m256i lanes) {
  __m128i sum = _mm_add_epi32(_mm256_castsi256_si128(lanes), _mm256_extracti128_si256(lanes, 1));
  sum = _mm_add_epi32(sum, _mm_shuffle_epi32(sum, 0x4e));
  sum = _mm_add_epi32(sum, _mm_shuffle_epi32(sum, 0xb1));
  return static_cast<std::uint32_t>(_mm_cvtsi128_si32(sum));
}

/// Bytes in multiples of 32.
SCONCE_TARGET_AVX2 std::uint32_t adler32_avx2(std::uint32_t sum, const std::uint8_t* bytes, std::size_t size) {
  constexpr std::uint32_t kModulus = 65521;
  constexpr std::size_t kUntilModulus = 5536;  // as many bytes as 32 bits hold the sums of
  const __m256i weights = _mm256_setr_epi8(32, 31, 30, 29, 28, 27, 26, 25, 24, 23, 22, 21, 20, 19, 18, 17, 16, 15,
                                           14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1);
  const __m256i zero = _mm256_setzero_si256();
  const __m256i ones = _mm256_set1_epi16(1);
  std::uint32_t low = sum & 0xffff;
  std::uint32_t high = sum >> 16;
  while (size > 0) {
    const std::size_t part = std::min(size, kUntilModulus);
    __m256i sums = zero;
    __m256i before = zero;  // the sum of all bytes before each vector, to be counted 32 times
    __m256i weighted = zero;
    for (std::size_t i = 0; i < part; i += 32) {
      const __m256i v = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(bytes + i));
      before = _mm256_add_epi32(before, sums);
      sums = _mm256_add_epi32(sums, _mm256_sad_epu8(v, zero));
      weighted = _mm256_add_epi32(weighted, _mm256_madd_epi16(_mm256_maddubs_epi16(v, weights), ones));
    }
    high += static_cast<std::uint32_t>(part) * low + 32 * sum_lanes(before) + sum_lanes(weighted);
    low = (low + sum_lanes(sums)) % kModulus;
    high %= kModulus;
    bytes += part;
    size -= part;
  }
  return high << 16 | low;
}

SCONCE_TARGET_PCLMUL __m128i load16(const std::uint8_t* bytes) {
  return _mm_loadu_si128(reinterpret_cast<const __m128i*>(bytes));
}

SCONCE_TARGET_PCLMUL __m128i fold(__m128i value, __m128i constants, __m128i next) {
  const __m128i low = _mm_clmulepi64_si128(value, constants, 0x00);
  const __m128i high = _mm_clmulepi64_si128(value, constants, 0x11);
  return _mm_xor_si128(_mm_xor_si128(low, high), next);
}

/// At least 64 bytes. The polynomial is folded by 512 and then 128 bits (V. Gopal et al., "Fast CRC Computation
/// for Generic Polynomials Using PCLMULQDQ Instruction", Intel 2009); zlib takes the last 128 bits and the tail.
SCONCE_TARGET_PCLMUL std::uint32_t crc32_pclmul(const std::uint8_t* bytes, std::size_t size) {
  const __m128i by512 = _mm_set_epi64x(0x1c6e41596, 0x154442bd4);
  const __m128i by128 = _mm_set_epi64x(0x0ccaa009e, 0x1751997d0);
  __m128i a = _mm_xor_si128(load16(bytes), _mm_cvtsi32_si128(-1));
  __m128i b = load16(bytes + 16);
  __m128i c = load16(bytes + 32);
  __m128i d = load16(bytes + 48);
  for (bytes += 64, size -= 64; size >= 64; bytes += 64, size -= 64) {
    a = fold(a, by512, load16(bytes));
    b = fold(b, by512, load16(bytes + 16));
    c = fold(c, by512, load16(bytes + 32));
    d = fold(d, by512, load16(bytes + 48));
  }
  a = fold(fold(fold(a, by128, b), by128, c), by128, d);
  alignas(16) std::uint8_t rest[16];
  _mm_store_si128(reinterpret_cast<__m128i*>(rest), a);
  constexpr std::uint32_t kZeroState = 0xffffffff;  // zlib keeps its state inverted
  return zlib_crc32(zlib_crc32(kZeroState, rest, sizeof rest), bytes, size);
}

#endif

}  // namespace

std::uint32_t adler32(std::uint32_t sum, const std::uint8_t* bytes, std::size_t size, Simd simd) {
#if SCONCE_X86_SIMD
  if (simd >= Simd::Avx2) {
    const std::size_t whole = size / 32 * 32;
    sum = adler32_avx2(sum, bytes, whole);
    bytes += whole;
    size -= whole;
  }
#else
  static_cast<void>(simd);
#endif
  return static_cast<std::uint32_t>(::adler32_z(sum, bytes, size));
}

std::uint32_t crc32(const std::uint8_t* bytes, std::size_t size, Simd simd) {
#if SCONCE_X86_SIMD
  if (simd >= Simd::Sse2 && size >= 64 && has_carryless_multiply()) return crc32_pclmul(bytes, size);
#else
  static_cast<void>(simd);
#endif
  return zlib_crc32(0, bytes, size);
}

}  // namespace sconce::media
