// Image files made to hurt who opens them: judged at once, in little memory.

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>
#include <zlib.h>

#include <stdexcept>
#include <string>

#include "media/image_file.h"
#include "support/child.h"
#include "support/sanitizers.h"

namespace sconce::media {
namespace {

using Bytes = std::vector<std::uint8_t>;

constexpr std::uint32_t kSide = 65'500;

std::string little(std::uint32_t value, int count) {
  std::string bytes;
  for (int i = 0; i < count; ++i, value >>= 8) bytes += static_cast<char>(value & 0xff);
  return bytes;
}

std::string big(std::uint32_t value, int count) {
  const std::string bytes = little(value, count);
  return {bytes.rbegin(), bytes.rend()};
}

std::string chunk(const std::string& type, const std::string& data) {
  const std::string body = type + data;
  const uLong crc = crc32(0, reinterpret_cast<const Bytef*>(body.data()), static_cast<uInt>(body.size()));
  return big(static_cast<std::uint32_t>(data.size()), 4) + body + big(static_cast<std::uint32_t>(crc), 4);
}

/// `size` zero bytes as zlib packs them, a thousandth of that.
std::string packed_zeros(std::size_t size) {
  static const std::string block(std::size_t{1} << 20, '\0');
  z_stream stream{};
  deflateInit(&stream, 9);
  std::string packed(size / 500 + 1000, '\0');
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  for (std::size_t left = size; left > 0; left -= std::min(left, block.size())) {
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(block.data()));
    stream.avail_in = static_cast<uInt>(std::min(left, block.size()));
    deflate(&stream, Z_NO_FLUSH);
  }
  deflate(&stream, Z_FINISH);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return packed;
}

std::string png(std::uint32_t width, std::uint32_t height, const std::string& rest, int bits = 8, int color = 0) {
  return "\x89PNG\r\n\x1a\n" +
         chunk("IHDR", big(width, 4) + big(height, 4) +
                           std::string{static_cast<char>(bits), static_cast<char>(color)} + std::string(3, '\0')) +
         rest + chunk("IEND", "");
}

std::string bmp(std::uint32_t width, std::uint32_t height, int bits, int compression) {
  return "BM" + little(0, 8) + little(54, 4) + little(40, 4) + little(width, 4) + little(height, 4) +
         little(1, 2) + little(static_cast<std::uint32_t>(bits), 2) +
         little(static_cast<std::uint32_t>(compression), 4) + little(100, 4) + little(0, 16) +
         std::string(100, '\0');
}

std::string webp(const std::string& chunks) {
  return "RIFF" + little(static_cast<std::uint32_t>(chunks.size() + 4), 4) + "WEBP" + chunks;
}

enum class Verdict { Refused, Accepted };

struct Hostile {
  const char* name;
  Verdict verdict;
  std::string file;
};

constexpr long kAFewRows = 32 << 10;  ///< kilobytes: a row of a PNG may have eight million, and libpng holds three
constexpr long kNextToNothing = 4 << 10;

/// Judged in a process of its own, of which the memory is counted.
void expect_little_memory(const Hostile& hostile, long kilobytes = kNextToNothing) {
  test::Child child([&] {
    const Bytes bytes(hostile.file.begin(), hostile.file.end());
    rusage before{};
    rusage after{};
    ::getrusage(RUSAGE_SELF, &before);
    Verdict verdict = Verdict::Accepted;
    try {
      probe_image(bytes);
    } catch (const std::runtime_error&) {
      verdict = Verdict::Refused;
    }
    ::getrusage(RUSAGE_SELF, &after);
    const bool is_little = test::kUnderAsan || test::kUnderTsan || after.ru_maxrss - before.ru_maxrss < kilobytes;
    ::_exit(verdict != hostile.verdict ? 1 : is_little ? 0 : 2);
  });
  EXPECT_EQ(child.end(), "exit 0") << hostile.name << ": 1 is the wrong verdict, 2 is too much memory";
}

TEST(HostileImage, BombsAreRefusedByTheirSize) {
  const std::string pixels = chunk("IDAT", packed_zeros(1000));
  const std::string gif_tail =
      std::string(3, '\0') + "," + std::string(9, '\0') + std::string("\x02\x01\x00\x00;", 5);
  const std::string jpeg_head = std::string("\xff\xd8\xff\xe0\x00\x02", 6);
  const std::string jpeg_tail = std::string("\xff\xda\x00\x02\x00\xff\xd9", 7);
  for (const Hostile& bomb : {
           Hostile{"png, whole", Verdict::Refused,
                   png(kSide, kSide, chunk("IDAT", packed_zeros(std::size_t{kSide} * (kSide / 8 + 2))), 1)},
           Hostile{"png", Verdict::Refused, png(kSide, kSide, pixels)},
           Hostile{"png RGBA", Verdict::Refused, png(kSide, kSide, pixels, 16, 6)},
           Hostile{"png, four billion a side", Verdict::Refused, png(~0U, ~0U, pixels)},
           Hostile{"bmp", Verdict::Refused, bmp(kSide, kSide, 24, 0)},
           Hostile{"bmp, runs", Verdict::Refused, bmp(kSide, kSide, 8, 1)},
           Hostile{"bmp, upside down", Verdict::Refused, bmp(kSide, ~kSide + 1, 24, 0)},
           Hostile{"bmp, two billion rows", Verdict::Refused, bmp(1, 0x80000000U, 32, 0)},
           Hostile{"bmp, rows that are not there", Verdict::Refused, bmp(13'000, 13'000, 24, 0)},
           Hostile{"gif", Verdict::Refused, "GIF89a" + little(kSide, 2) + little(kSide, 2) + gif_tail},
           Hostile{"jpeg", Verdict::Refused,
                   jpeg_head + std::string("\xff\xc0\x00\x0b\x08", 5) + big(kSide, 2) + big(kSide, 2) +
                       std::string("\x01\x01\x11\x00", 4) + jpeg_tail},
           Hostile{"webp", Verdict::Refused,
                   webp("VP8X" + little(10, 4) + little(0, 4) + little(kSide - 1, 3) + little(kSide - 1, 3) +
                        "ANMF" + little(0, 4))},
           Hostile{"webp, four gigabytes", Verdict::Refused,
                   "RIFF" + little(~0U, 4) + "WEBPVP8 " + little(~0U, 4)},
           Hostile{"webp, lossless", Verdict::Refused,
                   webp("VP8L" + little(6, 4) + "\x2f" + little(0x0fffffff, 4) + std::string(1, '\0'))},
       }) {
    expect_little_memory(bomb);
  }
}

TEST(HostileImage, APngIsDecodedInTheMemoryOfAFewRows) {
  constexpr std::uint32_t kWidth = 1'000'000;
  constexpr std::uint32_t kHeight = 10;
  const std::string pixels = packed_zeros((std::size_t{8} * kWidth + 1) * kHeight);
  expect_little_memory({"wide", Verdict::Accepted, png(kWidth, kHeight, chunk("IDAT", pixels), 16, 6)}, kAFewRows);
  expect_little_memory({"a row short", Verdict::Refused, png(kWidth, kHeight + 1, chunk("IDAT", pixels), 16, 6)},
                       kAFewRows);
}

TEST(HostileImage, WhatInflatesToMoreThanThePixelsIsNotInflated) {
  const std::string bomb = packed_zeros(std::size_t{400} << 20);
  const std::string pixel = chunk("IDAT", packed_zeros(2));
  const auto around_pixel = [&](const std::string& before, const std::string& after) {
    return png(1, 1, before + pixel + after);
  };
  expect_little_memory({"IDAT", Verdict::Accepted, png(1, 1, chunk("IDAT", bomb))});
  expect_little_memory(
      {"zTXt", Verdict::Accepted, around_pixel(chunk("zTXt", std::string("a\0\0", 3) + bomb), "")});
  const std::string allowed = packed_zeros(7'900'000);  // by libpng, for a text
  expect_little_memory(
      {"zTXt, less", Verdict::Accepted, around_pixel(chunk("zTXt", std::string("a\0\0", 3) + allowed), "")});
  expect_little_memory(
      {"iCCP", Verdict::Accepted, around_pixel(chunk("iCCP", std::string("a\0\0", 3) + bomb), "")});
  expect_little_memory(
      {"iTXt", Verdict::Accepted, around_pixel("", chunk("iTXt", std::string("a\0\1\0\0\0", 6) + bomb))});
  std::string many;
  for (int i = 0; i < 100'000; ++i) many += chunk("tEXt", std::string("a\0b", 3));
  expect_little_memory({"many chunks", Verdict::Accepted, around_pixel(many, many)});
}

TEST(HostileImage, ManySmallPartsCostNoMemory) {
  std::string segments;
  std::string blocks;
  for (int i = 0; i < 1'000'000; ++i) {
    segments += std::string("\xff\xe1\x00\x02", 4);
    blocks += std::string("!\xfe\x00", 3);
  }
  expect_little_memory({"jpeg", Verdict::Refused, "\xff\xd8" + segments + "\xff\xd9"});
  expect_little_memory({"jpeg, all fill bytes", Verdict::Refused, "\xff\xd8" + std::string(10'000'000, '\xff')});
  expect_little_memory({"gif", Verdict::Refused, "GIF89a" + std::string("\1\0\1\0\0\0\0", 7) + blocks + ";"});
}

}  // namespace
}  // namespace sconce::media
