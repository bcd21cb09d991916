#pragma once

#include <png.h>
#include <zlib.h>

#include <cstdint>
#include <vector>

#include "pictures.h"

namespace sconce::benchmarks {

inline void append_to_file(png_structp png, png_bytep data, png_size_t size) {
  auto* const file = static_cast<std::vector<std::uint8_t>*>(png_get_io_ptr(png));
  file->insert(file->end(), data, data + size);
}

/// What others do. level: zlib's; runs: all filters and run lengths instead of libpng's own choice.
inline std::vector<std::uint8_t> encode_libpng(const Picture& picture, int level, bool runs) {
  constexpr int kColourTypes[] = {0, PNG_COLOR_TYPE_GRAY, PNG_COLOR_TYPE_GRAY_ALPHA, PNG_COLOR_TYPE_RGB,
                                  PNG_COLOR_TYPE_RGB_ALPHA};
  std::vector<std::uint8_t> file;
  png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, nullptr, nullptr, nullptr);
  png_infop info = png_create_info_struct(png);
  png_set_write_fn(png, &file, append_to_file, nullptr);
  png_set_IHDR(png, info, static_cast<png_uint_32>(picture.width), static_cast<png_uint_32>(picture.height), 8,
               kColourTypes[picture.channels], PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT,
               PNG_FILTER_TYPE_DEFAULT);
  png_set_compression_level(png, level);
  if (runs) {
    png_set_filter(png, PNG_FILTER_TYPE_BASE, PNG_ALL_FILTERS);
    png_set_compression_strategy(png, Z_RLE);
  }
  png_write_info(png, info);
  const std::size_t row = static_cast<std::size_t>(picture.width * picture.channels);
  for (std::size_t at = 0; at < picture.bytes.size(); at += row) png_write_row(png, &picture.bytes[at]);
  png_write_end(png, nullptr);
  png_destroy_write_struct(&png, &info);
  return file;
}

}  // namespace sconce::benchmarks
