#pragma once

#include <png.h>
#include <zlib.h>

#include <cstdint>
#include <cstdlib>
#include <vector>

#ifdef SCONCE_HAVE_LIBDEFLATE
#include <libdeflate.h>
#endif
#ifdef SCONCE_HAVE_SPNG
#include <spng.h>
#endif

#include "media/filter_choice.h"
#include "pictures.h"
#include "png/chunks.h"

/// What others do with a picture.
namespace sconce::benchmarks {

constexpr int kColourTypes[] = {0, PNG_COLOR_TYPE_GRAY, PNG_COLOR_TYPE_GRAY_ALPHA, PNG_COLOR_TYPE_RGB,
                                PNG_COLOR_TYPE_RGB_ALPHA};

inline void append_to_file(png_structp png, png_bytep data, png_size_t size) {
  auto* const file = static_cast<std::vector<std::uint8_t>*>(png_get_io_ptr(png));
  file->insert(file->end(), data, data + size);
}

/// level: zlib's; runs: all filters and run lengths instead of libpng's own choice.
inline std::vector<std::uint8_t> encode_libpng(const Picture& picture, int level, bool runs) {
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

#ifdef SCONCE_HAVE_LIBDEFLATE
/// libdeflate behind sconce's own filter, the best one for the whole picture.
inline std::vector<std::uint8_t> encode_libdeflate(const Picture& picture, int level) {
  const media::PixelView pixels = view_of(picture);
  const media::Simd simd = media::best_simd();
  const media::PngFilter filter = media::cheapest_filter(pixels, 0, picture.height, simd);
  std::vector<std::uint8_t> filtered(picture.bytes.size() + static_cast<std::size_t>(picture.height));
  media::filter_rows(pixels, filter, 0, picture.height, filtered.data(), simd);

  libdeflate_compressor* const compressor = libdeflate_alloc_compressor(level);
  const std::size_t room = libdeflate_zlib_compress_bound(compressor, filtered.size());
  std::vector<std::uint8_t> chunk(png::kChunkHead + room + png::kChunkTail);
  const std::size_t size =
      libdeflate_zlib_compress(compressor, filtered.data(), filtered.size(), chunk.data() + png::kChunkHead, room);
  libdeflate_free_compressor(compressor);

  std::vector<std::uint8_t> file;
  png::append_header(file, {pixels.width, pixels.height, pixels.channels, pixels.bit_depth});
  png::append_chunk(file, "IDAT", chunk.data(), size);
  png::append_end(file);
  return file;
}
#endif

#ifdef SCONCE_HAVE_SPNG
inline std::vector<std::uint8_t> encode_spng(const Picture& picture, int level) {
  spng_ctx* const png = spng_ctx_new(SPNG_CTX_ENCODER);
  spng_set_option(png, SPNG_ENCODE_TO_BUFFER, 1);
  spng_set_option(png, SPNG_IMG_COMPRESSION_LEVEL, level);
  spng_ihdr header{};
  header.width = static_cast<std::uint32_t>(picture.width);
  header.height = static_cast<std::uint32_t>(picture.height);
  header.bit_depth = 8;
  header.color_type = static_cast<std::uint8_t>(kColourTypes[picture.channels]);
  spng_set_ihdr(png, &header);
  spng_encode_image(png, picture.bytes.data(), picture.bytes.size(), SPNG_FMT_PNG, SPNG_ENCODE_FINALIZE);
  std::size_t size = 0;
  int error = 0;
  auto* const buffer = static_cast<std::uint8_t*>(spng_get_png_buffer(png, &size, &error));
  std::vector<std::uint8_t> file(buffer, buffer + size);
  std::free(buffer);
  spng_ctx_free(png);
  return file;
}
#endif

}  // namespace sconce::benchmarks
