#include "media/image_file.h"

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <cstring>
#include <initializer_list>
#include <stdexcept>

#include "media/byte_cursor.h"
#include "media/png_check.h"

namespace sconce::media {
namespace {

using Bytes = std::vector<std::uint8_t>;

bool holds(const Bytes& bytes, std::size_t at, const char* text) {
  const std::size_t length = std::strlen(text);
  return at <= bytes.size() && length <= bytes.size() - at && std::memcmp(bytes.data() + at, text, length) == 0;
}

bool is_one_of(std::uint32_t value, std::initializer_list<std::uint32_t> values) {
  return std::find(values.begin(), values.end(), value) != values.end();
}

[[noreturn]] void refuse(const std::string& text) { throw std::runtime_error(text); }

ImageFileInfo checked(const char* kind, const std::string& name, std::int64_t width, std::int64_t height) {
  if (width < 1 || height < 1 || width > kMaxPixels / height) {
    refuse("the " + name + " has " + std::to_string(width) + " x " + std::to_string(height) +
           " pixels, expected 1 x 1 to " + std::to_string(kMaxPixels) + " in all");
  }
  return {kind, width, height};
}

// ---- JPEG: ITU-T T.81, annex B ----

constexpr std::uint32_t kJpegStartOfScan = 0xDA;
constexpr std::uint32_t kJpegEnd = 0xD9;

bool is_jpeg_restart(std::uint32_t marker) { return marker >= 0xD0 && marker <= 0xD7; }

// SOF0 to SOF15 without DHT, JPG and DAC, which lie among them.
bool is_jpeg_frame(std::uint32_t marker) {
  return marker >= 0xC0 && marker <= 0xCF && !is_one_of(marker, {0xC4, 0xC8, 0xCC});
}

/// A marker's code, behind its first 0xFF: more of them may fill up.
std::uint32_t jpeg_marker_code(ByteCursor& file) {
  std::uint32_t code = file.u8();
  while (code == 0xFF) code = file.u8();
  return code;
}

std::uint32_t next_jpeg_marker(ByteCursor& file) {
  if (file.u8() != 0xFF) refuse("the JPEG is broken: data where a marker belongs");
  return jpeg_marker_code(file);
}

/// The marker behind a scan: in its data a 0xFF is followed by 0 or a restart code.
std::uint32_t skip_jpeg_scan(ByteCursor& file) {
  while (true) {
    while (file.u8() != 0xFF) {
    }
    const std::uint32_t code = jpeg_marker_code(file);
    if (code != 0 && !is_jpeg_restart(code)) return code;
  }
}

std::uint32_t jpeg_segment_size(ByteCursor& file) {
  const std::uint32_t size = file.u16_big();
  if (size < 2) refuse("the JPEG is broken: a segment shorter than its own length");
  return size - 2;
}

ImageFileInfo read_jpeg_frame(ByteCursor& file, std::uint32_t size) {
  if (size < 6) refuse("the JPEG is broken: its frame header is too short");
  file.skip(1);
  const std::uint32_t height = file.u16_big();
  const std::uint32_t width = file.u16_big();
  file.skip(size - 5);
  return checked("jpeg", "JPEG", width, height);
}

ImageFileInfo probe_jpeg(const Bytes& bytes) {
  ByteCursor file(bytes, 2, "the JPEG ends before its end marker");
  ImageFileInfo info;
  bool has_scan = false;
  std::uint32_t marker = next_jpeg_marker(file);
  while (marker != kJpegEnd) {
    if (marker < 0xC0 || marker == 0xD8 || is_jpeg_restart(marker)) {
      refuse("the JPEG is broken: a marker that has no place between segments");
    }
    const std::uint32_t size = jpeg_segment_size(file);
    if (is_jpeg_frame(marker)) {
      if (info.width != 0) refuse("the JPEG is broken: it has two frame headers");
      info = read_jpeg_frame(file, size);
    } else {
      file.skip(size);
    }
    if (marker == kJpegStartOfScan) {
      if (info.width == 0) refuse("the JPEG is broken: a scan before the frame header");
      has_scan = true;
      marker = skip_jpeg_scan(file);
    } else {
      marker = next_jpeg_marker(file);
    }
  }
  if (!has_scan) refuse("the JPEG is broken: it has no scan");
  return info;
}

// ---- BMP ----

enum BmpCompression : std::uint32_t { kRgb = 0, kRle8 = 1, kRle4 = 2, kBitFields = 3, kAlphaBitFields = 6 };

struct BmpHeader {
  std::int64_t width = 0;
  std::int64_t height = 0;
  std::uint32_t bits = 0;
  std::uint32_t compression = kRgb;
  std::uint32_t data_size = 0;  ///< must be right only if the pixels are compressed
};

BmpHeader read_bmp_header(ByteCursor& file, std::uint32_t size) {
  BmpHeader header;
  if (size == 12) {  // BITMAPCOREHEADER
    header.width = file.u16();
    header.height = file.u16();
    file.skip(2);
    header.bits = file.u16();
    return header;
  }
  if (size < 40) refuse("the BMP is broken: a header of " + std::to_string(size) + " bytes");
  header.width = static_cast<std::int32_t>(file.u32());
  const std::int64_t height = static_cast<std::int32_t>(file.u32());
  header.height = height < 0 ? -height : height;  // negative: the first row is the top one
  file.skip(2);
  header.bits = file.u16();
  header.compression = file.u32();
  header.data_size = file.u32();
  file.skip(size - 24);
  return header;
}

std::uint64_t bmp_data_size(const BmpHeader& header) {
  if (is_one_of(header.compression, {kRle8, kRle4})) {
    if (header.data_size == 0) refuse("the BMP is broken: it has no pixels");
    return header.data_size;
  }
  if (!is_one_of(header.compression, {kRgb, kBitFields, kAlphaBitFields})) {
    refuse("the BMP has an unknown compression, " + std::to_string(header.compression));
  }
  if (!is_one_of(header.bits, {1, 2, 4, 8, 16, 24, 32})) {
    refuse("the BMP is broken: pixels of " + std::to_string(header.bits) + " bits");
  }
  const std::uint64_t row_bytes = (static_cast<std::uint64_t>(header.width) * header.bits + 31) / 32 * 4;
  return row_bytes * static_cast<std::uint64_t>(header.height);
}

ImageFileInfo probe_bmp(const Bytes& bytes) {
  const char* const cut_text = "the BMP ends before its last pixel";
  ByteCursor file(bytes, 10, cut_text);
  const std::uint32_t data_at = file.u32();
  const std::uint32_t header_size = file.u32();
  const BmpHeader header = read_bmp_header(file, header_size);
  ImageFileInfo info = checked("bmp", "BMP", header.width, header.height);
  if (data_at < file.at()) refuse("the BMP is broken: its pixels begin inside its header");
  ByteCursor(bytes, data_at, cut_text).skip(bmp_data_size(header));
  return info;
}

// ---- GIF: CompuServe's GIF89a specification ----

void skip_gif_color_table(ByteCursor& file, std::uint32_t flags) {
  if ((flags & 0x80U) != 0) file.skip(3U << ((flags & 7U) + 1));
}

void skip_gif_blocks(ByteCursor& file) {
  while (const std::uint32_t size = file.u8()) file.skip(size);
}

ImageFileInfo probe_gif(const Bytes& bytes) {
  ByteCursor file(bytes, 6, "the GIF ends before its trailer");
  const std::uint32_t width = file.u16();
  const std::uint32_t height = file.u16();
  const std::uint32_t screen_flags = file.u8();
  file.skip(2);
  ImageFileInfo info = checked("gif", "GIF", width, height);
  skip_gif_color_table(file, screen_flags);
  bool has_image = false;
  for (std::uint32_t tag = file.u8(); tag != 0x3B; tag = file.u8()) {
    if (tag == 0x2C) {
      file.skip(8);
      skip_gif_color_table(file, file.u8());
      has_image = true;
    } else if (tag != 0x21) {
      refuse("the GIF is broken: data where a block belongs");
    }
    file.skip(1);  // the width of a code, or the extension's label
    skip_gif_blocks(file);
  }
  if (!has_image) refuse("the GIF is broken: it has no image");
  return info;
}

// ---- WebP: RFC 9649 ----

ImageFileInfo read_webp_size(const Bytes& bytes, ByteCursor file) {
  const std::size_t chunk = file.at() - 8;
  if (holds(bytes, chunk, "VP8X")) {
    file.skip(4);
    const std::int64_t width = std::int64_t{file.u24()} + 1;
    const std::int64_t height = std::int64_t{file.u24()} + 1;
    return checked("webp", "WebP", width, height);
  }
  if (holds(bytes, chunk, "VP8L")) {
    if (file.u8() != 0x2F) refuse("the WebP is broken: its lossless data has no signature");
    const std::uint32_t sizes = file.u32();
    return checked("webp", "WebP", (sizes & 0x3FFFU) + 1, (sizes >> 14 & 0x3FFFU) + 1);
  }
  if (holds(bytes, chunk, "VP8 ")) {
    const bool is_key_frame = (file.u24() & 1U) == 0;
    const bool has_start_code = file.u24() == 0x2A019D;
    if (!is_key_frame || !has_start_code) refuse("the WebP is broken: no key frame comes first");
    const std::uint32_t width = file.u16() & 0x3FFFU;
    return checked("webp", "WebP", width, file.u16() & 0x3FFFU);
  }
  refuse("the WebP is broken: its first chunk is neither VP8, VP8L nor VP8X");
}

ImageFileInfo probe_webp(const Bytes& bytes) {
  const std::string cut_text = "the WebP ends before its last chunk";
  ByteCursor riff(bytes, 4, cut_text);
  const std::uint32_t riff_size = riff.u32();
  riff.skip(riff_size);
  const std::size_t riff_end = riff.at();

  ByteCursor file(bytes, 12, cut_text);
  ImageFileInfo info;
  bool has_pixels = false;
  while (file.at() < riff_end) {
    const std::size_t chunk = file.at();
    file.skip(4);
    const std::uint32_t size = file.u32();
    if (chunk == 12) info = read_webp_size(bytes, file);
    if (holds(bytes, chunk, "VP8 ") || holds(bytes, chunk, "VP8L") || holds(bytes, chunk, "ANMF"))
      has_pixels = true;
    file.skip(size);
    if (file.at() > riff_end) refuse(cut_text);
    if (size % 2 != 0 && file.at() < riff_end) file.skip(1);
  }
  if (!has_pixels) refuse("the WebP is broken: it has no image");
  return info;
}

std::string first_bytes(const Bytes& bytes) {
  if (bytes.empty()) return "it is empty";
  std::string text = "starts with";
  for (std::size_t i = 0; i < std::min<std::size_t>(bytes.size(), 8); ++i) {
    char hex[4];
    std::snprintf(hex, sizeof hex, " %02x", static_cast<unsigned>(bytes[i]));
    text += hex;
  }
  return text;
}

}  // namespace

ImageFileInfo probe_image(const Bytes& bytes) {
  if (holds(bytes, 0, "\x89PNG\r\n\x1a\n")) {
    const PngSize size = check_png(bytes.data(), bytes.size(), kMaxPixels);
    return {"png", size.width, size.height};
  }
  if (holds(bytes, 0, "\xFF\xD8\xFF")) return probe_jpeg(bytes);
  if (holds(bytes, 0, "BM")) return probe_bmp(bytes);
  if (holds(bytes, 0, "GIF87a") || holds(bytes, 0, "GIF89a")) return probe_gif(bytes);
  if (holds(bytes, 0, "RIFF") && holds(bytes, 8, "WEBP")) return probe_webp(bytes);
  refuse("not a png, jpeg, bmp, gif or webp image (" + first_bytes(bytes) + ")");
}

}  // namespace sconce::media
