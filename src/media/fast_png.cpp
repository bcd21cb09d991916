#include "media/fast_png.h"

#include <algorithm>
#include <array>
#include <memory>
#include <stdexcept>
#include <string>

#include "media/bit_writer.h"
#include "media/byte_runs.h"
#include "media/checksum.h"
#include "media/deflate_block.h"
#include "media/filter_choice.h"
#include "media/png_filter.h"
#include "media/short_matches.h"

namespace sconce::media {
namespace {

using Bytes = std::vector<std::uint8_t>;

constexpr std::size_t kBlockSize = 128 * 1024;
constexpr std::size_t kKeptBuffers = 1024 * 1024;

/// Memory that grows and is not cleared.
class Buffer {
 public:
  std::uint8_t* reserve(std::size_t size) {
    if (size > size_) {
      size_ = 0;
      bytes_.reset(new std::uint8_t[size]);
      size_ = size;
    }
    return bytes_.get();
  }

  void release_if_large() {
    if (size_ <= kKeptBuffers) return;
    bytes_.reset();
    size_ = 0;
  }

 private:
  std::unique_ptr<std::uint8_t[]> bytes_;
  std::size_t size_ = 0;
};

/// What a thread keeps from image to image, so that none has to touch fresh pages.
struct Workspace {
  Buffer filtered;
  Buffer chunk;
  std::unique_ptr<Match[]> matches{new Match[max_matches(kBlockSize)]};
};

void store_big_endian(std::uint8_t* to, std::uint32_t value) {
  for (int i = 0; i < 4; ++i) to[i] = static_cast<std::uint8_t>(value >> (24 - 8 * i));
}

constexpr std::size_t kChunkHead = 8;
constexpr std::size_t kChunkTail = 4;

/// Appends a chunk whose data lies between room for its head and for its tail.
void append_chunk(Bytes& png, const char* type, std::uint8_t* chunk, std::size_t data_size) {
  store_big_endian(chunk, static_cast<std::uint32_t>(data_size));
  std::copy(type, type + 4, chunk + 4);
  std::uint8_t* const end = chunk + kChunkHead + data_size;
  store_big_endian(end, crc32(chunk + 4, 4 + data_size));
  png.insert(png.end(), chunk, end + kChunkTail);
}

void append_header(Bytes& png, const PixelView& pixels) {
  constexpr std::array<std::uint8_t, 8> kSignature = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
  constexpr std::array<std::uint8_t, 5> kColourTypes = {0, 0, 4, 2, 6};
  png.assign(kSignature.begin(), kSignature.end());
  png.reserve(kBlockSize);
  std::array<std::uint8_t, kChunkHead + 13 + kChunkTail> chunk{};
  std::uint8_t* const data = chunk.data() + kChunkHead;
  store_big_endian(data, static_cast<std::uint32_t>(pixels.width));
  store_big_endian(data + 4, static_cast<std::uint32_t>(pixels.height));
  data[8] = static_cast<std::uint8_t>(pixels.bit_depth);
  data[9] = kColourTypes[static_cast<std::size_t>(pixels.channels)];
  append_chunk(png, "IHDR", chunk.data(), 13);
}

void append_end(Bytes& png) {
  std::array<std::uint8_t, kChunkHead + kChunkTail> chunk{};
  append_chunk(png, "IEND", chunk.data(), 0);
}

void check(const PixelView& pixels) {
  constexpr std::int64_t kMaxSide = 0x7fffffff;
  const auto refuse = [](const std::string& what) {
    throw std::runtime_error("encode_png_fast: expected " + what);
  };
  if (pixels.data == nullptr) refuse("pixels, got none");
  if (pixels.width < 1 || pixels.width > kMaxSide || pixels.height < 1 || pixels.height > kMaxSide) {
    refuse("a width and a height from 1 to 2147483647, got " + std::to_string(pixels.width) + "x" +
           std::to_string(pixels.height));
  }
  const bool eight_bits = pixels.bit_depth == 8 && pixels.channels >= 1 && pixels.channels <= 4;
  const bool sixteen_bits = pixels.bit_depth == 16 && pixels.channels == 1;
  if (!eight_bits && !sixteen_bits) {
    refuse("1 to 4 channels of 8 bits or 1 of 16, got " + std::to_string(pixels.channels) + " of " +
           std::to_string(pixels.bit_depth));
  }
}

/// The chunks of compressed data, one for every block.
class DataWriter {
 public:
  DataWriter(Bytes& png, Workspace& workspace, bool short_matches, Simd simd)
      : png_(png), work_(workspace), short_matches_(short_matches), simd_(simd) {}

  void write(const std::uint8_t* bytes, std::size_t size, bool last) {
    adler_ = adler32(adler_, bytes, size);
    const Matches matches = short_matches_ ? find_short_matches(bytes, size, work_.matches.get(), simd_)
                                           : find_byte_runs(bytes, size, work_.matches.get(), simd_);
    std::uint8_t* const chunk = work_.chunk.reserve(kChunkHead + max_deflate_block(size) + kChunkTail);
    bits_.out = chunk + kChunkHead;
    if (first_) {
      constexpr unsigned kDeflate32KFastest = 0x0178;
      bits_.put(kDeflate32KFastest, 16);
      first_ = false;
    }
    write_deflate_block(bits_, bytes, size, matches, last, simd_);
    if (last) {
      bits_.align_to_byte();
      store_big_endian(bits_.out, adler_);
      bits_.out += 4;
    }
    append_chunk(png_, "IDAT", chunk, static_cast<std::size_t>(bits_.out - chunk) - kChunkHead);
  }

 private:
  Bytes& png_;
  Workspace& work_;
  bool short_matches_;
  Simd simd_;
  BitWriter bits_;
  std::uint32_t adler_ = 1;
  bool first_ = true;
};

/// Room for the rest of the file, by what its first part became, so that it grows without copies.
void reserve_rest(Bytes& png, std::size_t done, std::size_t total) {
  const std::size_t rest = static_cast<std::size_t>(
      static_cast<double>(png.size()) * 1.1 * (static_cast<double>(total - done) / static_cast<double>(done)));
  png.reserve(png.size() + rest + 256);
}

void append_data(Bytes& png, const PixelView& pixels, Simd simd) {
  thread_local Workspace workspace;
  const std::size_t row = 1 + bytes_per_row(pixels);
  const auto rows_of_block = static_cast<std::int64_t>(std::max<std::size_t>(1, kBlockSize / row));
  const std::int64_t band = std::min(pixels.height, rows_of_block);
  std::uint8_t* const filtered = workspace.filtered.reserve(row * static_cast<std::size_t>(band) + kMatchSlack);
  const FilterChoice choice = choose_filter(pixels, simd);
  DataWriter writer(png, workspace, choice.short_matches, simd);
  for (std::int64_t y = 0; y < pixels.height; y += band) {
    const std::int64_t rows = std::min(band, pixels.height - y);
    const PngFilter filter = choice.filter ? *choice.filter : cheapest_filter(pixels, y, rows, simd);
    filter_rows(pixels, filter, y, rows, filtered, simd);
    const std::size_t size = row * static_cast<std::size_t>(rows);
    for (std::size_t at = 0; at < size; at += kBlockSize) {
      const std::size_t part = std::min(kBlockSize, size - at);
      writer.write(filtered + at, part, y + rows == pixels.height && at + part == size);
      if (y == 0 && at == 0) reserve_rest(png, part, row * static_cast<std::size_t>(pixels.height));
    }
  }
  workspace.filtered.release_if_large();
}

}  // namespace

Bytes encode_png_fast(const PixelView& pixels, Simd simd) {
  check(pixels);
  Bytes png;
  append_header(png, pixels);
  append_data(png, pixels, simd);
  append_end(png);
  return png;
}

Bytes encode_png_fast(const PixelView& pixels) { return encode_png_fast(pixels, best_simd()); }

}  // namespace sconce::media
