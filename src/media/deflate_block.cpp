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

BitWriter write_coded(BitWriter writer, const std::uint8_t* bytes, std::size_t size,
                      const std::vector<Match>& matches, bool last, Simd simd) {
  const CodeBook book(count_symbols(bytes, size, matches));
  put_block_type(writer, last, kDynamicCodes);
  writer = book.write(writer);
  std::size_t at = 0;
  for (const Match& match : matches) {
    if (match.literals <= kFewLiterals) {
      writer = write_few_literals(writer, book.literals(), bytes + at, match.literals);
    } else {
      writer = write_literals(writer, book.literals(), bytes + at, match.literals, simd);
    }
    writer = book.put_match(writer, match);
    at += match.literals + match.length;
  }
  writer = write_literals(writer, book.literals(), bytes + at, size - at, simd);
  return book.put_end(writer);
}

}  // namespace

void write_deflate_block(BitWriter& writer, const std::uint8_t* bytes, std::size_t size,
                         const std::vector<Match>& matches, bool last, Simd simd) {
  const BitWriter before = writer;
  writer = write_coded(writer, bytes, size, matches, last, simd);
  if (static_cast<std::size_t>(writer.out - before.out) > size) {
    writer = before;
    write_stored(writer, bytes, size, last);
  }
}

}  // namespace sconce::media
