#include "png_reader.h"

#include <png.h>

#include <csetjmp>
#include <cstdio>
#include <cstring>
#include <stdexcept>

namespace sconce::test {
namespace {

struct Source {
  const std::uint8_t* next;
  std::size_t left;
  char error[192];
};

[[noreturn]] void on_message(png_structp png, png_const_charp text) {
  auto* const source = static_cast<Source*>(png_get_error_ptr(png));
  std::snprintf(source->error, sizeof source->error, "%s", text);
  png_longjmp(png, 1);
}

void take(png_structp png, png_bytep data, std::size_t size) {
  auto* const source = static_cast<Source*>(png_get_io_ptr(png));
  if (size > source->left) png_error(png, "the file is cut");
  std::memcpy(data, source->next, size);
  source->next += size;
  source->left -= size;
}

// The two functions that libpng may jump out of hold no object with a destructor.
bool read_header(png_structp png, png_infop info, DecodedPng* image, std::size_t* row_bytes) {
  if (setjmp(png_jmpbuf(png)) != 0) return false;
  png_read_info(png, info);
  png_set_packing(png);
  png_set_interlace_handling(png);
  png_read_update_info(png, info);
  image->width = png_get_image_width(png, info);
  image->height = png_get_image_height(png, info);
  image->channels = png_get_channels(png, info);
  image->bit_depth = png_get_bit_depth(png, info);
  *row_bytes = png_get_rowbytes(png, info);
  return true;
}

bool read_rows(png_structp png, png_bytep* rows) {
  if (setjmp(png_jmpbuf(png)) != 0) return false;
  png_read_image(png, rows);
  png_read_end(png, nullptr);
  return true;
}

}  // namespace

DecodedPng decode_png(const std::vector<std::uint8_t>& bytes) {
  Source source{bytes.data(), bytes.size(), ""};
  png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &source, on_message, on_message);
  png_infop info = png == nullptr ? nullptr : png_create_info_struct(png);
  if (info == nullptr) throw std::runtime_error("no memory for libpng");
  png_set_read_fn(png, &source, take);

  DecodedPng image;
  std::size_t row_bytes = 0;
  bool ok = read_header(png, info, &image, &row_bytes);
  if (ok) {
    image.pixels.resize(row_bytes * static_cast<std::size_t>(image.height));
    std::vector<png_bytep> rows;
    for (std::int64_t y = 0; y < image.height; ++y) rows.push_back(image.pixels.data() + y * row_bytes);
    ok = read_rows(png, rows.data());
  }
  png_destroy_read_struct(&png, &info, nullptr);
  if (!ok) throw std::runtime_error(source.error);
  return image;
}

}  // namespace sconce::test
