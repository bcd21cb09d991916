#include "media/literal_writer.h"

#include <cstring>

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

[[gnu::always_inline]] inline png::BitWriter write_scalar(png::BitWriter writer, const LiteralCodes& codes,
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

png::BitWriter write_portable(png::BitWriter writer, const LiteralCodes& codes, const Byte* bytes,
                              std::size_t size) {
  return write_scalar(writer, codes, bytes, size);
}

#if SCONCE_X86_SIMD

SCONCE_TARGET_AVX2 png::BitWriter write_avx2(png::BitWriter writer, const LiteralCodes& codes, const Byte* bytes,
                                             std::size_t size) {
  return write_scalar(writer, codes, bytes, size);
}

/// 256 bytes in four registers.
struct ByteTable {
  __m512i quarter[4];

  SCONCE_TARGET_AVX512 explicit ByteTable(const std::array<Byte, 256>& bytes) {
    for (std::size_t i = 0; i < 4; ++i) quarter[i] = _mm512_load_si512(bytes.data() + 64 * i);
  }

  SCONCE_TARGET_AVX512 __m512i operator[](__m512i index) const {
    const __m512i lower = _mm512_permutex2var_epi8(quarter[0], index, quarter[1]);
    const __m512i upper = _mm512_permutex2var_epi8(quarter[2], index, quarter[3]);
    return _mm512_mask_blend_epi8(_mm512_movepi8_mask(index), lower, upper);
  }
};

struct alignas(64) Words {
  std::uint64_t at[8];

  SCONCE_TARGET_AVX512 explicit Words(__m512i lanes) { _mm512_store_si512(at, lanes); }

  /// Left alone, the compiler takes each word out of the register with two instructions where one load does.
  void stay_in_memory() const { asm volatile("" : : "r"(at) : "memory"); }
};

// Lanes hold codes that end in a mark, as LiteralCodes has them: the highest bit set tells the length.

/// Joins neighbours in lanes of 16 bits to one code in 32.
SCONCE_TARGET_AVX512 inline __m512i join16(__m512i codes) {
  const __m512i first = _mm512_and_si512(codes, _mm512_set1_epi32(0xffff));
  const __m512i second = _mm512_sub_epi32(_mm512_srli_epi32(codes, 16), _mm512_set1_epi32(1));  // first's mark
  const __m512i length = _mm512_sub_epi32(_mm512_set1_epi32(31), _mm512_lzcnt_epi32(first));
  return _mm512_add_epi32(first, _mm512_sllv_epi32(second, length));
}

SCONCE_TARGET_AVX512 inline __m512i lengths64(__m512i codes) {
  return _mm512_sub_epi64(_mm512_set1_epi64(63), _mm512_lzcnt_epi64(codes));
}

/// Joins each lane of 64 bits with its second.
SCONCE_TARGET_AVX512 inline __m512i join(__m512i first, __m512i second) {
  return _mm512_add_epi64(first,
                          _mm512_sllv_epi64(_mm512_sub_epi64(second, _mm512_set1_epi64(1)), lengths64(first)));
}

/// Joins neighbours in lanes of 32 bits to one code in 64.
SCONCE_TARGET_AVX512 inline __m512i join32(__m512i codes) {
  return join(_mm512_and_si512(codes, _mm512_set1_epi64(0xffffffff)), _mm512_srli_epi64(codes, 32));
}

/// The sum of the lanes before each.
SCONCE_TARGET_AVX512 inline __m512i sums_before(__m512i lanes) {
  const __m512i zero = _mm512_setzero_si512();
  __m512i sums = _mm512_alignr_epi64(lanes, zero, 7);
  sums = _mm512_add_epi64(sums, _mm512_alignr_epi64(sums, zero, 7));
  sums = _mm512_add_epi64(sums, _mm512_alignr_epi64(sums, zero, 6));
  return _mm512_add_epi64(sums, _mm512_alignr_epi64(sums, zero, 4));
}

/// A writer of lanes whose words do not wait for each other.
class LaneWriter {
 public:
  SCONCE_TARGET_AVX512 explicit LaneWriter(png::BitWriter writer) { start(writer); }

  /// Writes lanes of 8 to 57 bits, each as a word from the byte on that it begins in. The bits before it in that
  /// byte are the end of the lane before, which is never too short to hold all of them.
  SCONCE_TARGET_AVX512 void put(__m512i codes, __m512i lengths) {
    const __m512i before =
        _mm512_add_epi64(sums_before(lengths), _mm512_set1_epi64(static_cast<long long>(bits_)));
    const __m512i shift = _mm512_and_si512(before, _mm512_set1_epi64(7));
    const __m512i unmarked = _mm512_xor_si512(codes, _mm512_sllv_epi64(_mm512_set1_epi64(1), lengths));
    const __m512i last_lengths = _mm512_alignr_epi64(lengths, last_lengths_, 7);
    const __m512i end_of_last =
        _mm512_srlv_epi64(_mm512_alignr_epi64(unmarked, last_codes_, 7), _mm512_sub_epi64(last_lengths, shift));
    const Words words(_mm512_or_si512(_mm512_sllv_epi64(unmarked, shift), end_of_last));
    const Words at(_mm512_srli_epi64(before, 3));
    words.stay_in_memory();
    at.stay_in_memory();
    for (int i = 0; i < 8; ++i) std::memcpy(out_ + at.at[i], &words.at[i], 8);
    bits_ += static_cast<std::uint64_t>(_mm512_reduce_add_epi64(lengths));
    last_codes_ = unmarked;
    last_lengths_ = lengths;
  }

  /// Writes lanes of any length, first and second in turn.
  SCONCE_TARGET_AVX512 void put_one_by_one(__m512i first, __m512i second) {
    const Words codes[] = {Words(first), Words(second)};
    const Words lengths[] = {Words(lengths64(first)), Words(lengths64(second))};
    png::BitWriter writer = end();
    for (int i = 0; i < 16; ++i) {
      const std::uint64_t length = lengths[i & 1].at[i / 2];
      writer.put(codes[i & 1].at[i / 2] ^ std::uint64_t{1} << length, static_cast<unsigned>(length));
      writer.flush();
    }
    start(writer);
  }

  SCONCE_TARGET_AVX512 png::BitWriter end() const {
    const unsigned open = bits_ & 7;
    return {out_ + (bits_ >> 3), Words(last_codes_).at[7] >> (Words(last_lengths_).at[7] - open), open};
  }

 private:
  SCONCE_TARGET_AVX512 void start(png::BitWriter writer) {
    out_ = writer.out;
    bits_ = writer.count;
    last_codes_ = _mm512_set1_epi64(static_cast<long long>(writer.bits));
    last_lengths_ = _mm512_set1_epi64(writer.count);
  }

  Byte* out_;
  std::uint64_t bits_;  ///< written from out_ on
  __m512i last_codes_;  ///< without marks
  __m512i last_lengths_;
};

SCONCE_TARGET_AVX512 png::BitWriter write_avx512(png::BitWriter writer, const LiteralCodes& codes,
                                                 const Byte* bytes, std::size_t size) {
  constexpr int kLongest = 57;  // beside the seven bits of an open byte
  const ByteTable low(codes.low);
  const ByteTable high(codes.high);
  LaneWriter lanes(writer);
  std::size_t i = 0;
  for (; i + 64 <= size; i += 64) {
    const __m512i index = _mm512_loadu_si512(bytes + i);
    const __m512i l = low[index];
    const __m512i h = high[index];
    // Unpacking works in lanes of 16 bytes: a has the first eight bytes of each, b the others.
    const __m512i a = join32(join16(_mm512_unpacklo_epi8(l, h)));
    const __m512i b = join32(join16(_mm512_unpackhi_epi8(l, h)));
    const __m512i first = _mm512_unpacklo_epi64(a, b);
    const __m512i second = _mm512_unpackhi_epi64(a, b);
    const __m512i lengths = _mm512_add_epi64(lengths64(first), lengths64(second));
    if (_mm512_cmpgt_epi64_mask(lengths, _mm512_set1_epi64(kLongest)) == 0) {
      lanes.put(join(first, second), lengths);
    } else {
      lanes.put_one_by_one(first, second);
    }
  }
  writer = lanes.end();
  _mm256_zeroupper();  // GCC 12 forgets it before a call, which slows down all that follows
  return write_avx2(writer, codes, bytes + i, size - i);
}

#endif

}  // namespace

void LiteralCodes::set(const std::uint16_t* codes, const std::uint8_t* lengths) {
  for (std::size_t i = 0; i < 256; ++i) {
    packed[i] = static_cast<std::uint32_t>(codes[i]) << 8 | lengths[i];
    const unsigned marked = 1U << lengths[i] | codes[i];
    low[i] = static_cast<Byte>(marked);
    high[i] = static_cast<Byte>(marked >> 8);
  }
}

png::BitWriter write_literals(png::BitWriter writer, const LiteralCodes& codes, const Byte* bytes,
                              std::size_t size, Simd simd) {
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
