#include "media/deflate_block.h"

#include <algorithm>

#include "media/code_book.h"
#include "media/symbol_counts.h"

namespace sconce::media {
namespace {

constexpr unsigned kStored = 0;
constexpr unsigned kDynamicCodes = 2;

void put_block_type(BitWriter& writer, bool last, unsigned type) {
  writer.put(last ? 1 : 0, 1);
  writer.put(type, 2);
}

void write_stored(BitWriter& writer, const std::uint8_t* bytes, std::size_t size, bool last) {
  constexpr std::size_t kMaxStored = 0xffff;
  while (size > 0) {
    const std::size_t part = std::min(size, kMaxStored);
    put_block_type(writer, last && part == size, kStored);
    writer.align_to_byte();
    writer.put(part, 16);
    writer.put(part ^ kMaxStored, 16);
    writer.flush();
    writer.out = std::copy(bytes, bytes + part, writer.out);
    bytes += part;
    size -= part;
  }
}

[[gnu::always_inline]] inline BitWriter write_symbols(BitWriter writer, const CodeBook& book,
                                                      const std::uint8_t* bytes, std::size_t size, Matches matches,
                                                      Simd simd) {
  const std::uint8_t* const end = bytes + size;
  for (const Match& match : matches) {
    if (match.literals > kFewLiterals) {
      writer = write_literals(writer, book.literals(), bytes, match.literals, simd);
    } else if (match.literals > 0) {
      writer = write_few_literals(writer, book.literals(), bytes, match.literals);
    }
    writer = book.put_match(writer, match);
    bytes += match.literals + match.length;
  }
  writer = write_literals(writer, book.literals(), bytes, static_cast<std::size_t>(end - bytes), simd);
  return book.put_end(writer);
}

BitWriter write_symbols_portable(BitWriter writer, const CodeBook& book, const std::uint8_t* bytes,
                                 std::size_t size, Matches matches, Simd simd) {
  return write_symbols(writer, book, bytes, size, matches, simd);
}

#if SCONCE_X86_SIMD
/// The same with shifts that need no flags.
SCONCE_TARGET_AVX2 BitWriter write_symbols_avx2(BitWriter writer, const CodeBook& book, const std::uint8_t* bytes,
                                                std::size_t size, Matches matches, Simd simd) {
  return write_symbols(writer, book, bytes, size, matches, simd);
}
#endif

BitWriter write_coded(BitWriter writer, const std::uint8_t* bytes, std::size_t size, Matches matches, bool last,
                      Simd simd) {
  const CodeBook book(count_symbols(bytes, size, matches));
  put_block_type(writer, last, kDynamicCodes);
  writer = book.write(writer);
#if SCONCE_X86_SIMD
  if (simd >= Simd::Avx2) return write_symbols_avx2(writer, book, bytes, size, matches, simd);
#endif
  return write_symbols_portable(writer, book, bytes, size, matches, simd);
}

}  // namespace

void write_deflate_block(BitWriter& writer, const std::uint8_t* bytes, std::size_t size, Matches matches,
                         bool last, Simd simd) {
  const BitWriter before = writer;
  writer = write_coded(writer, bytes, size, matches, last, simd);
  if (static_cast<std::size_t>(writer.out - before.out) > size) {
    writer = before;
    write_stored(writer, bytes, size, last);
  }
}

}  // namespace sconce::media
