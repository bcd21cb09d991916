#include "media/png_encoder.h"

#include <algorithm>
#include <memory>
#include <stdexcept>
#include <string>

#include "media/byte_runs.h"
#include "media/deflate_block.h"
#include "media/filter_choice.h"
#include "media/png_filter.h"
#include "media/short_matches.h"
#include "png/bit_writer.h"
#include "png/checksum.h"
#include "png/chunks.h"

namespace sconce::media {
namespace {

using Bytes = std::vector<std::uint8_t>;

constexpr std::size_t kPartSize = std::size_t{128} << 10;  ///< of the filtered rows that are in the cache together
constexpr std::size_t kKeptBuffers = std::size_t{1} << 20;

/// How much work the compression may take.
struct Effort {
  bool stored;  ///< no compression
  bool filter_row_by_row;
  std::size_t block_size;  ///< at most kPartSize; each gets codes of its own
  std::size_t min_run;     ///< shorter runs of a byte are no matches: its code is short
  Counting counting;
};

Effort effort_of(Compression compression) {
  switch (compression) {
    case Compression::Small:
      return {false, true, std::size_t{32} << 10, 5, Counting::Exact};
    case Compression::None:
      return {true, false, kPartSize, 0, Counting::Exact};
    case Compression::Fast:
      break;
  }
  return {false, false, kPartSize, 10, Counting::Sampled};
}

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
  std::unique_ptr<Match[]> matches{new Match[max_matches(kPartSize)]};
};

/// The stream of compressed rows, as chunks of the file.
class DataWriter {
 public:
  DataWriter(Bytes& png, Workspace& workspace, const Effort& effort, bool short_matches, Simd simd)
      : png_(png), work_(workspace), effort_(effort), short_matches_(short_matches), simd_(simd) {
    if (short_matches) effort_.block_size = kPartSize;  // no match reaches into another block
  }

  void write(const std::uint8_t* bytes, std::size_t size, bool last) {
    const std::size_t blocks = (size + effort_.block_size - 1) / effort_.block_size;
    std::uint8_t* const chunk =
        work_.chunk.reserve(png::kChunkHead + blocks * max_deflate_block(effort_.block_size) + png::kChunkTail);
    bits_.out = chunk + png::kChunkHead;
    if (first_) {
      constexpr unsigned kDeflate32KFastest = 0x0178;
      bits_.put(kDeflate32KFastest, 16);
      first_ = false;
    }
    for (std::size_t at = 0; at < size; at += effort_.block_size) {
      const std::size_t part = std::min(effort_.block_size, size - at);
      write_block(bytes + at, part, last && at + part == size);
    }
    adler_ = png::adler32(adler_, bytes, size);
    if (last) {
      bits_.align_to_byte();
      png::store_big_endian(bits_.out, adler_);
      bits_.out += 4;
    }
    png::append_chunk(png_, "IDAT", chunk, static_cast<std::size_t>(bits_.out - chunk) - png::kChunkHead);
  }

 private:
  void write_block(const std::uint8_t* bytes, std::size_t size, bool last) {
    if (effort_.stored) return write_stored_block(bits_, {bytes, size, {}, last});
    Match* const room = work_.matches.get();
    const Matches matches = short_matches_ ? find_short_matches(bytes, size, room, simd_)
                                           : find_byte_runs(bytes, size, effort_.min_run, room, simd_);
    write_coded_block(bits_, {bytes, size, matches, last}, effort_.counting, simd_);
  }

  Bytes& png_;
  Workspace& work_;
  Effort effort_;
  const bool short_matches_;
  const Simd simd_;
  png::BitWriter bits_;
  std::uint32_t adler_ = 1;
  bool first_ = true;
};

void check(const PixelView& pixels) {
  constexpr std::int64_t kMaxSide = 65500;
  const auto refuse = [](const std::string& what) {
    throw std::runtime_error("cannot encode a PNG: expected " + what);
  };
  if (pixels.data == nullptr) refuse("pixels, got none");
  if (pixels.width < 1 || pixels.width > kMaxSide || pixels.height < 1 || pixels.height > kMaxSide) {
    refuse("a width and a height from 1 to " + std::to_string(kMaxSide) + ", got " + std::to_string(pixels.width) +
           "x" + std::to_string(pixels.height));
  }
  const bool eight_bits = pixels.bit_depth == 8 && pixels.channels >= 1 && pixels.channels <= 4;
  const bool sixteen_bits = pixels.bit_depth == 16 && pixels.channels == 1;
  if (!eight_bits && !sixteen_bits) {
    refuse("1 to 4 channels of 8 bits or 1 of 16, got " + std::to_string(pixels.channels) + " of " +
           std::to_string(pixels.bit_depth));
  }
}

void filter_part(const PixelView& pixels, const Effort& effort, const FilterChoice& choice, std::int64_t first_row,
                 std::int64_t rows, std::uint8_t* out, Simd simd) {
  if (!choice.filter && effort.filter_row_by_row) {
    filter_row_by_row(pixels, first_row, rows, out, simd);
  } else {
    const PngFilter filter = choice.filter ? *choice.filter : cheapest_filter(pixels, first_row, rows, simd);
    filter_rows(pixels, filter, first_row, rows, out, simd);
  }
}

/// Room for the rest of the file, by what its first part became, so that it grows without copies.
void reserve_rest(Bytes& png, std::size_t done, std::size_t total) {
  const double growth = 1.1 * static_cast<double>(total - done) / static_cast<double>(done);
  png.reserve(png.size() + static_cast<std::size_t>(static_cast<double>(png.size()) * growth) + 256);
}

void append_data(Bytes& png, const PixelView& pixels, const Effort& effort, Simd simd) {
  thread_local Workspace workspace;
  const std::size_t row = 1 + bytes_per_row(pixels);
  const auto rows_of_part = static_cast<std::int64_t>(std::max<std::size_t>(1, kPartSize / row));
  const std::int64_t step = std::min(pixels.height, rows_of_part);
  std::uint8_t* const filtered = workspace.filtered.reserve(row * static_cast<std::size_t>(step) + kMatchSlack);
  const FilterChoice choice = effort.stored ? FilterChoice{PngFilter::None, false} : choose_filter(pixels, simd);
  DataWriter writer(png, workspace, effort, choice.short_matches, simd);
  for (std::int64_t y = 0; y < pixels.height; y += step) {
    const std::int64_t rows = std::min(step, pixels.height - y);
    filter_part(pixels, effort, choice, y, rows, filtered, simd);
    writer.write(filtered, row * static_cast<std::size_t>(rows), y + rows == pixels.height);
    if (y == 0) {
      reserve_rest(png, row * static_cast<std::size_t>(rows), row * static_cast<std::size_t>(pixels.height));
    }
  }
  workspace.filtered.release_if_large();
  workspace.chunk.release_if_large();
}

}  // namespace

Bytes encode_png(const PixelView& pixels, Compression compression, Simd simd) {
  check(pixels);
  Bytes png;
  png::append_header(png, {pixels.width, pixels.height, pixels.channels, pixels.bit_depth});
  append_data(png, pixels, effort_of(compression), simd);
  png::append_end(png);
  return png;
}

Bytes encode_png(const PixelView& pixels, Compression compression) {
  return encode_png(pixels, compression, best_simd());
}

}  // namespace sconce::media
