// Encodes what libFuzzer makes up and decodes it with libpng: every pixel must come back, and every instruction
// set must write the same bytes. Build with -fsanitize=fuzzer,address,undefined.
#include <png.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "media/png_encoder.h"

namespace {

using namespace sconce::media;
using Bytes = std::vector<std::uint8_t>;

[[noreturn]] void fail(const char* what) {
  std::fprintf(stderr, "%s\n", what);
  std::abort();
}

struct Reading {
  const Bytes* file;
  std::size_t at;
};

void read_bytes(png_structp png, png_bytep to, png_size_t size) {
  auto* const reading = static_cast<Reading*>(png_get_io_ptr(png));
  if (reading->file->size() - reading->at < size) fail("the file is cut");
  std::copy_n(reading->file->data() + reading->at, size, to);
  reading->at += size;
}

[[noreturn]] void on_message(png_structp, png_const_charp text) { fail(text); }

void expect_same(const Bytes& file, const Bytes& pixels, std::size_t row) {
  png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING, nullptr, on_message, on_message);
  png_infop info = png_create_info_struct(png);
  Reading reading{&file, 0};
  png_set_read_fn(png, &reading, read_bytes);
  png_read_info(png, info);
  if (png_get_rowbytes(png, info) != row) fail("rows of another size");
  Bytes decoded(row);
  for (std::size_t at = 0; at < pixels.size(); at += row) {
    png_read_row(png, decoded.data(), nullptr);
    if (!std::equal(decoded.begin(), decoded.end(), pixels.begin() + static_cast<std::ptrdiff_t>(at))) {
      fail("other pixels");
    }
  }
  png_read_end(png, nullptr);
  if (reading.at != file.size()) fail("bytes behind the end");
  png_destroy_read_struct(&png, &info, nullptr);
}

/// The fuzzer's bytes, each repeated some times, over and over with small changes: drawings as well as noise.
Bytes make_pixels(const std::uint8_t* data, std::size_t size, unsigned repeat, std::size_t wanted) {
  Bytes pixels;
  pixels.reserve(wanted);
  for (std::size_t i = 0; pixels.size() < wanted; ++i) {
    const std::uint8_t drift = static_cast<std::uint8_t>(i / size * (repeat & 1));
    const std::uint8_t byte = static_cast<std::uint8_t>(data[i % size] + drift);
    pixels.insert(pixels.end(), std::min<std::size_t>(1 + repeat / 2 % 64, wanted - pixels.size()), byte);
  }
  return pixels;
}

/// 1 to 300, mostly below 33, so that executions are many.
std::int64_t side(std::uint8_t value, std::uint8_t kind) {
  return kind % 16 == 0 ? 1 + (value | (kind >> 4 & 1) << 8) % 300 : 1 + value % 32;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 7) return 0;
  const std::int64_t width = side(data[0], data[1]);
  const std::int64_t height = side(data[2], data[3]);
  const int mode = data[4] % 5;
  const int channels = mode == 4 ? 1 : mode + 1;
  const int bit_depth = mode == 4 ? 16 : 8;
  const std::size_t row = static_cast<std::size_t>(width * channels * bit_depth / 8);
  const Bytes pixels = make_pixels(data + 6, size - 6, data[5], row * static_cast<std::size_t>(height));
  const PixelView view{pixels.data(), width, height, channels, bit_depth};
  constexpr sconce::Compression kCompressions[] = {sconce::Compression::Fast, sconce::Compression::Small,
                                                   sconce::Compression::None};
  const sconce::Compression compression = kCompressions[data[4] / 5 % 3];
  const Bytes file = encode_png(view, compression);
  expect_same(file, pixels, row);
  constexpr Simd kOthers[] = {Simd::None, Simd::Sse2, Simd::Avx2};
  const Simd other = kOthers[data[4] / 15 % 3];
  if (other < best_simd() && encode_png(view, compression, other) != file) fail("other bytes without vectors");
  return 0;
}
