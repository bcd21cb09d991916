#include "media/png_check.h"

#include <png.h>

#include <csetjmp>
#include <cstdio>
#include <cstring>
#include <new>
#include <stdexcept>
#include <string>

// libpng reports an error by longjmp. A jump over a C++ object with a destructor is undefined, so each function
// here that calls setjmp holds plain data only; what needs a destructor lives in its caller.

namespace sconce::media {
namespace {

constexpr png_uint_32 kMaxSide = 1'000'000;

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
  png_set_user_limits(png, kMaxSide, kMaxSide);
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
