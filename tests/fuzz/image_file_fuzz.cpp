// Judges files that libFuzzer makes up, from those in tests/media/files. Run it with -malloc_limit_mb=64: no file
// may make the library ask for more than a few rows, whatever its header says.
#include <zlib.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <stdexcept>
#include <string>
#include <vector>

#include "media/image_file.h"

namespace {

using namespace sconce::media;

[[noreturn]] void fail(const char* what) {
  std::fprintf(stderr, "%s\n", what);
  std::abort();
}

/// Gives the chunks of a PNG the checksums that they should have, or no change of a byte would get past them.
void repair_checksums(std::vector<std::uint8_t>& bytes) {
  const auto u32 = [&](std::size_t at) {
    return std::uint32_t{bytes[at]} << 24 | bytes[at + 1] << 16 | bytes[at + 2] << 8 | bytes[at + 3];
  };
  for (std::size_t at = 8; at + 12 <= bytes.size() && u32(at) <= bytes.size() - at - 12; at += 12 + u32(at)) {
    const std::size_t end = at + 8 + u32(at);
    const uLong crc = crc32(0, bytes.data() + at + 4, static_cast<uInt>(end - at - 4));
    for (std::size_t i = 0; i < 4; ++i) bytes[end + i] = static_cast<std::uint8_t>(crc >> (24 - 8 * i));
  }
}

/// What is said of a file is true of it alone, so the same bytes with more behind them are the same image.
void expect_known(const std::vector<std::uint8_t>& bytes, const ImageFileInfo& info) {
  if (info.width < 1 || info.height < 1 || info.width > kMaxPixels / info.height)
    fail("a size that it may not have");
  std::vector<std::uint8_t> longer = bytes;
  longer.insert(longer.end(), {0, 0xff, 0xd9, ';'});
  const ImageFileInfo again = probe_image(longer);
  if (again.kind != info.kind || again.width != info.width || again.height != info.height) fail("another image");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::vector<std::uint8_t> bytes(data, data + size);
  if (size > 4 && std::memcmp(data, "\x89PNG", 4) == 0) repair_checksums(bytes);
  try {
    expect_known(bytes, probe_image(bytes));
  } catch (const std::runtime_error& error) {
    if (std::strlen(error.what()) == 0) fail("refused without a word");
  }
  return 0;
}
