// Judges files that libFuzzer makes up, from those in tests/media/files. Run it with -malloc_limit_mb=64: no file
// may make the library ask for more than a few rows, whatever its header says.
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
  const std::vector<std::uint8_t> bytes(data, data + size);
  try {
    expect_known(bytes, probe_image(bytes));
  } catch (const std::runtime_error& error) {
    if (std::strlen(error.what()) == 0) fail("refused without a word");
  }
  return 0;
}
