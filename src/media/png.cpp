#include "media/png.h"

#include <png.h>

#include <csetjmp>
#include <cstdio>
#include <cstring>
#include <exception>
#include <new>
#include <stdexcept>
#include <string>
#include <utility>

#include "media/fast_png.h"

// libpng reports an error by longjmp. A jump over a C++ object with a destructor is undefined, so each function
// here that calls setjmp holds plain data only; what needs a destructor lives in its caller.

namespace sconce::media {
namespace {

constexpr png_uint_32 kMaxEncodedSide = 65500;
constexpr png_uint_32 kMaxDecodedSide = 1'000'000;

/// What libpng said. Plain data: it is written while libpng's frames are on the stack.
struct Words {
  char error[128] = "libpng failed without a word";
  char warning[128] = "";  ///< the last one: it says why where the error is just "Invalid IHDR data"
};

[[noreturn]] void on_error(png_structp png, png_const_charp text) {
  auto* const words = static_cast<Words*>(png_get_error_ptr(png));
  std::snprintf(words->error, sizeof words->error, "%s", text);
  png_longjmp(png, 1);
}

// Without a handler libpng prints to stderr.
void on_warning(png_structp png, png_const_charp text) {
  auto* const words = static_cast<Words*>(png_get_error_ptr(png));
  std::snprintf(words->warning, sizeof words->warning, "%s", text);
}

std::string message(const char* what, const Words& words) {
  const std::string text = std::string(what) + words.error;
  return words.warning[0] == '\0' ? text : text + " (" + words.warning + ")";
}

// ---- writing ----

struct Writer {
  Words words;
  std::vector<std::uint8_t> bytes;
  std::exception_ptr exception;
  png_structp png;
  png_infop info = nullptr;

  Writer() : png(png_create_write_struct(PNG_LIBPNG_VER_STRING, &words, on_error, on_warning)) {
    if (png != nullptr) info = png_create_info_struct(png);
  }
  ~Writer() { png_destroy_write_struct(&png, &info); }
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;
};

// An exception may not pass through libpng's C frames: it is kept here and thrown again behind them.
void append(png_structp png, png_bytep data, std::size_t size) {
  auto* const writer = static_cast<Writer*>(png_get_io_ptr(png));
  try {
    writer->bytes.insert(writer->bytes.end(), data, data + size);
    return;
  } catch (...) {
    writer->exception = std::current_exception();
  }
  png_error(png, "the file's bytes cannot be stored");
}

void flush_nothing(png_structp /*png*/) {}

int color_type(int channels) {
  switch (channels) {
    case 1:
      return PNG_COLOR_TYPE_GRAY;
    case 2:
      return PNG_COLOR_TYPE_GRAY_ALPHA;
    case 3:
      return PNG_COLOR_TYPE_RGB;
    default:
      return PNG_COLOR_TYPE_RGB_ALPHA;
  }
}

bool write_png(png_structp png, png_infop info, const PixelView& pixels, Compression compression) {
  if (setjmp(png_jmpbuf(png)) != 0) return false;
  const auto width = static_cast<png_uint_32>(pixels.width);
  const auto height = static_cast<png_uint_32>(pixels.height);
  png_set_user_limits(png, kMaxEncodedSide, kMaxEncodedSide);
  if (compression == Compression::None) {
    png_set_compression_level(png, 0);
    png_set_filter(png, PNG_FILTER_TYPE_BASE, PNG_FILTER_NONE);
  }
  png_set_IHDR(png, info, width, height, pixels.bit_depth, color_type(pixels.channels), PNG_INTERLACE_NONE,
               PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  png_write_info(png, info);
  const std::size_t row_bytes = png_get_rowbytes(png, info);
  for (png_uint_32 row = 0; row < height; ++row) png_write_row(png, pixels.data + row * row_bytes);
  png_write_end(png, nullptr);
  return true;
}

void check_view(const PixelView& pixels) {
  const bool size_fits = pixels.width >= 1 && pixels.width <= kMaxEncodedSide && pixels.height >= 1 &&
                         pixels.height <= kMaxEncodedSide;
  if (!size_fits) {
    throw std::runtime_error("expected an image of 1 to " + std::to_string(kMaxEncodedSide) +
                             " pixels a side, got " + std::to_string(pixels.width) + " x " +
                             std::to_string(pixels.height));
  }
  const bool is_8_bit = pixels.bit_depth == 8 && pixels.channels >= 1 && pixels.channels <= 4;
  const bool is_16_bit = pixels.bit_depth == 16 && pixels.channels == 1;
  if (!is_8_bit && !is_16_bit) {
    throw std::runtime_error("expected 1 to 4 channels of 8 bits or 1 of 16, got " +
                             std::to_string(pixels.channels) + " of " + std::to_string(pixels.bit_depth));
  }
}

// ---- reading ----

struct Reader {
  Words words;
  const std::uint8_t* next;
  std::size_t left;
  png_structp png;
  png_infop info = nullptr;

  Reader(const std::uint8_t* bytes, std::size_t size)
      : next(bytes), left(size), png(png_create_read_struct(PNG_LIBPNG_VER_STRING, &words, on_error, on_warning)) {
    if (png != nullptr) info = png_create_info_struct(png);
  }
  ~Reader() { png_destroy_read_struct(&png, &info, nullptr); }
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;
};

void take(png_structp png, png_bytep data, std::size_t size) {
  auto* const reader = static_cast<Reader*>(png_get_io_ptr(png));
  if (size > reader->left) png_error(png, "it ends before its IEND chunk");
  std::memcpy(data, reader->next, size);
  reader->next += size;
  reader->left -= size;
}

bool read_header(png_structp png, png_infop info, PngSize* size) {
  if (setjmp(png_jmpbuf(png)) != 0) return false;
  png_set_user_limits(png, kMaxDecodedSide, kMaxDecodedSide);
  png_set_crc_action(png, PNG_CRC_ERROR_QUIT, PNG_CRC_ERROR_QUIT);
  // Compressed text and colour profiles are skipped unread (their CRC is checked): they can be bombs of their own.
  png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, nullptr, -1);
  png_read_info(png, info);
  size->width = png_get_image_width(png, info);
  size->height = png_get_image_height(png, info);
  return true;
}

// Without a row to store to, libpng decodes and drops.
bool read_pixels(png_structp png, png_infop info, png_uint_32 height) {
  if (setjmp(png_jmpbuf(png)) != 0) return false;
  const int passes = png_set_interlace_handling(png);
  png_start_read_image(png);
  for (int pass = 0; pass < passes; ++pass) {
    for (png_uint_32 row = 0; row < height; ++row) png_read_row(png, nullptr, nullptr);
  }
  png_read_end(png, info);
  return true;
}

}  // namespace

std::vector<std::uint8_t> encode_png(const PixelView& pixels, Compression compression) {
  check_view(pixels);
  if (compression == Compression::Fast) return encode_png_fast(pixels);
  Writer writer;
  if (writer.info == nullptr) throw std::bad_alloc();
  png_set_write_fn(writer.png, &writer, append, flush_nothing);
  if (!write_png(writer.png, writer.info, pixels, compression)) {
    if (writer.exception) std::rethrow_exception(writer.exception);
    throw std::runtime_error(message("cannot encode a PNG: ", writer.words));
  }
  return std::move(writer.bytes);
}

PngSize check_png(const std::uint8_t* bytes, std::size_t size, std::int64_t max_pixels) {
  Reader reader(bytes, size);
  if (reader.info == nullptr) throw std::bad_alloc();
  png_set_read_fn(reader.png, &reader, take);
  const auto broken = [&reader] { return std::runtime_error(message("the PNG is broken: ", reader.words)); };
  PngSize png_size;
  if (!read_header(reader.png, reader.info, &png_size)) throw broken();
  if (png_size.width * png_size.height > max_pixels) {
    throw std::runtime_error("the PNG has " + std::to_string(png_size.width) + " x " +
                             std::to_string(png_size.height) + " pixels, expected at most " +
                             std::to_string(max_pixels));
  }
  if (!read_pixels(reader.png, reader.info, static_cast<png_uint_32>(png_size.height))) throw broken();
  return png_size;
}

}  // namespace sconce::media
