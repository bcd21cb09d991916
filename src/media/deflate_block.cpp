#include "media/deflate_block.h"

#include <algorithm>

#include "media/code_book.h"

namespace sconce::media {
namespace {

constexpr unsigned kStored = 0;
constexpr unsigned kDynamicCodes = 2;

void put_block_type(png::BitWriter& writer, bool last, unsigned type) {
  writer.put(last ? 1 : 0, 1);
  writer.put(type, 2);
}

[[gnu::always_inline]] inline png::BitWriter write_symbols(png::BitWriter writer, const CodeBook& book,
                                                           const DeflateBlock& block, Simd simd) {
  const std::uint8_t* bytes = block.bytes;
  const std::uint8_t* const end = bytes + block.size;
  for (const Match& match : block.matches) {
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

png::BitWriter write_symbols_portable(png::BitWriter writer, const CodeBook& book, const DeflateBlock& block,
                                      Simd simd) {
  return write_symbols(writer, book, block, simd);
}

#if SCONCE_X86_SIMD
/// The same with shifts that need no flags.
SCONCE_TARGET_AVX2 png::BitWriter write_symbols_avx2(png::BitWriter writer, const CodeBook& book,
                                                     const DeflateBlock& block, Simd simd) {
  return write_symbols(writer, book, block, simd);
}
#endif

}  // namespace

void write_coded_block(png::BitWriter& writer, const DeflateBlock& block, Counting counting, Simd simd) {
  const png::BitWriter before = writer;
  const CodeBook book(count_symbols(block.bytes, block.size, block.matches, counting));
  put_block_type(writer, block.last, kDynamicCodes);
  writer = book.write(writer);
#if SCONCE_X86_SIMD
  writer = (simd >= Simd::Avx2 ? write_symbols_avx2 : write_symbols_portable)(writer, book, block, simd);
#else
  writer = write_symbols_portable(writer, book, block, simd);
#endif
  if (static_cast<std::size_t>(writer.out - before.out) > block.size) {
    writer = before;
    write_stored_block(writer, block);
  }
}

void write_stored_block(png::BitWriter& writer, const DeflateBlock& block) {
  constexpr std::size_t kMaxStored = 0xffff;
  for (std::size_t at = 0; at < block.size;) {
    const std::size_t part = std::min(block.size - at, kMaxStored);
    put_block_type(writer, block.last && at + part == block.size, kStored);
    writer.align_to_byte();
    writer.put(part, 16);
    writer.put(part ^ kMaxStored, 16);
    writer.flush();
    writer.out = std::copy_n(block.bytes + at, part, writer.out);
    at += part;
  }
}

}  // namespace sconce::media
