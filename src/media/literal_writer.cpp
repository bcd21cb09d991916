#include "media/literal_writer.h"

#if SCONCE_X86_SIMD
#include <immintrin.h>
#if defined(__GNUC__) && !defined(__clang__)
// GCC's own header reads registers that it left undefined on purpose (GCC bug 105593).
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#pragma GCC diagnostic ignored "-Wuninitialized"
#endif
#endif

namespace sconce::media {
namespace {

using Byte = std::uint8_t;

[[gnu::always_inline]] inline BitWriter write_scalar(BitWriter writer, const LiteralCodes& codes,
                                                     const Byte* bytes, std::size_t size) {
  const std::uint32_t* packed = codes.packed.data();
  std::size_t i = 0;
  for (; i + 4 <= size; i += 4) {
    for (std::size_t j = 0; j < 4; ++j) {
      const std::uint32_t code = packed[bytes[i + j]];
      writer.put(code >> 8, code & 0xff);
    }
    writer.flush();
  }
  return write_few_literals(writer, codes, bytes + i, size - i);
}

BitWriter write_portable(BitWriter writer, const LiteralCodes& codes, const Byte* bytes, std::size_t size) {
  return write_scalar(writer, codes, bytes, size);
}

#if SCONCE_X86_SIMD

SCONCE_TARGET_AVX2 BitWriter write_avx2(BitWriter writer, const LiteralCodes& codes, const Byte* bytes,
                                        std::size_t size) {
  return write_scalar(writer, codes, bytes, size);
}

/// 256 bytes in four registers.
struct ByteTable {
  __m512i quarter[4];

  SCONCE_TARGET_AVX512 explicit ByteTable(const std::array<Byte, 256>& bytes) {
    for (int i = 0; i < 4; ++i) quarter[i] = _mm512_load_si512(bytes.data() + 64 * i);
  }

  SCONCE_TARGET_AVX512 __m512i operator[](__m512i index) const {
    const __m512i lower = _mm512_permutex2var_epi8(quarter[0], index, quarter[1]);
    const __m512i upper = _mm512_permutex2var_epi8(quarter[2], index, quarter[3]);
    return _mm512_mask_blend_epi8(_mm512_movepi8_mask(index), lower, upper);
  }
};

/// Codes and their lengths, in lanes of equal width.
struct Lanes {
  __m512i codes;
  __m512i lengths;
};

/// Joins neighbours in lanes of 16 bits to one code in 32.
SCONCE_TARGET_AVX512 inline Lanes join16(Lanes from) {
  const __m512i low = _mm512_set1_epi32(0xffff);
  const __m512i first_length = _mm512_and_si512(from.lengths, low);
  const __m512i second = _mm512_sllv_epi32(_mm512_srli_epi32(from.codes, 16), first_length);
  return {_mm512_or_si512(_mm512_and_si512(from.codes, low), second),
          _mm512_add_epi32(first_length, _mm512_srli_epi32(from.lengths, 16))};
}

/// Joins neighbours in lanes of 32 bits to one code in 64.
SCONCE_TARGET_AVX512 inline Lanes join32(Lanes from) {
  const __m512i low = _mm512_set1_epi64(0xffffffff);
  const __m512i first_length = _mm512_and_si512(from.lengths, low);
  const __m512i second = _mm512_sllv_epi64(_mm512_srli_epi64(from.codes, 32), first_length);
  return {_mm512_or_si512(_mm512_and_si512(from.codes, low), second),
          _mm512_add_epi64(first_length, _mm512_srli_epi64(from.lengths, 32))};
}

struct alignas(64) Words {
  std::uint64_t at[8];

  SCONCE_TARGET_AVX512 explicit Words(__m512i lanes) { _mm512_store_si512(at, lanes); }
};

/// Writes eight lanes of eight codes each where those fit 64 bits, and of four codes where they do not.
SCONCE_TARGET_AVX512 inline BitWriter write_lanes(BitWriter writer, Lanes first, Lanes second) {
  constexpr int kFits = 56;  // beside the seven bits that wait
  const __m512i lengths = _mm512_add_epi64(first.lengths, second.lengths);
  if (_mm512_cmpgt_epi64_mask(lengths, _mm512_set1_epi64(kFits)) == 0) {
    const Words code(_mm512_or_si512(first.codes, _mm512_sllv_epi64(second.codes, first.lengths)));
    const Words length(lengths);
    for (int i = 0; i < 8; ++i) {
      writer.put(code.at[i], static_cast<unsigned>(length.at[i]));
      writer.flush();
    }
    return writer;
  }
  const Words codes[] = {Words(first.codes), Words(second.codes)};
  const Words length[] = {Words(first.lengths), Words(second.lengths)};
  for (int i = 0; i < 16; ++i) {
    writer.put(codes[i & 1].at[i / 2], static_cast<unsigned>(length[i & 1].at[i / 2]));
    writer.flush();
  }
  return writer;
}

SCONCE_TARGET_AVX512 BitWriter write_avx512(BitWriter writer, const LiteralCodes& codes, const Byte* bytes,
                                            std::size_t size) {
  const ByteTable low(codes.low);
  const ByteTable high(codes.high);
  const ByteTable length(codes.length);
  const __m512i zero = _mm512_setzero_si512();
  std::size_t i = 0;
  for (; i + 64 <= size; i += 64) {
    const __m512i index = _mm512_loadu_si512(bytes + i);
    const __m512i l = low[index];
    const __m512i h = high[index];
    const __m512i n = length[index];
    // Unpacking works in lanes of 16 bytes: a has the first eight bytes of each, b the others.
    const Lanes a = join32(join16({_mm512_unpacklo_epi8(l, h), _mm512_unpacklo_epi8(n, zero)}));
    const Lanes b = join32(join16({_mm512_unpackhi_epi8(l, h), _mm512_unpackhi_epi8(n, zero)}));
    writer =
        write_lanes(writer, {_mm512_unpacklo_epi64(a.codes, b.codes), _mm512_unpacklo_epi64(a.lengths, b.lengths)},
                    {_mm512_unpackhi_epi64(a.codes, b.codes), _mm512_unpackhi_epi64(a.lengths, b.lengths)});
  }
  return write_avx2(writer, codes, bytes + i, size - i);
}

#endif

}  // namespace

void LiteralCodes::set(const std::uint16_t* codes, const std::uint8_t* lengths) {
  for (std::size_t i = 0; i < 256; ++i) {
    packed[i] = static_cast<std::uint32_t>(codes[i]) << 8 | lengths[i];
    low[i] = static_cast<Byte>(codes[i]);
    high[i] = static_cast<Byte>(codes[i] >> 8);
    length[i] = lengths[i];
  }
}

BitWriter write_literals(BitWriter writer, const LiteralCodes& codes, const Byte* bytes, std::size_t size,
                         Simd simd) {
#if SCONCE_X86_SIMD
  constexpr std::size_t kWorthTables = 64;  // loading twelve registers takes as long as writing this
  if (simd >= Simd::Avx512 && size >= kWorthTables) return write_avx512(writer, codes, bytes, size);
  if (simd >= Simd::Avx2) return write_avx2(writer, codes, bytes, size);
#else
  static_cast<void>(simd);
#endif
  return write_portable(writer, codes, bytes, size);
}

}  // namespace sconce::media
