#include "media/png_check.h"

#include <gtest/gtest.h>
#include <png.h>

#include <algorithm>
#include <random>
#include <stdexcept>
#include <string>
#include <tuple>

#include "media/png_encoder.h"

namespace sconce::media {
namespace {

using Bytes = std::vector<std::uint8_t>;

constexpr std::int64_t kNoLimit = std::int64_t{1} << 62;

Bytes noise(std::int64_t count) {
  std::mt19937 random(7);
  Bytes bytes(static_cast<std::size_t>(count));
  for (auto& byte : bytes) byte = static_cast<std::uint8_t>(random());
  return bytes;
}

Bytes encode(const Bytes& pixels, std::int64_t width, std::int64_t height) {
  return encode_png({pixels.data(), width, height, 3, 8}, Compression::Small);
}

Bytes a_png() { return encode(noise(5 * 4 * 3), 5, 4); }

Bytes big_endian(std::uint32_t value) {
  return {static_cast<std::uint8_t>(value >> 24), static_cast<std::uint8_t>(value >> 16),
          static_cast<std::uint8_t>(value >> 8), static_cast<std::uint8_t>(value)};
}

std::uint32_t crc32(const Bytes& bytes, std::size_t from) {
  std::uint32_t crc = ~0U;
  for (std::size_t i = from; i < bytes.size(); ++i) {
    crc ^= bytes[i];
    for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ (0xEDB88320U & (0U - (crc & 1U)));
  }
  return ~crc;
}

Bytes joined(const std::vector<Bytes>& parts) {
  Bytes whole;
  for (const Bytes& part : parts) whole.insert(whole.end(), part.begin(), part.end());
  return whole;
}

Bytes chunk(const std::string& type, const Bytes& data) {
  const Bytes bytes =
      joined({big_endian(static_cast<std::uint32_t>(data.size())), {type.begin(), type.end()}, data});
  return joined({bytes, big_endian(crc32(bytes, 4))});
}

constexpr std::size_t kSignatureSize = 8;
constexpr std::size_t kHeaderEnd = kSignatureSize + 12 + 13;

Bytes with_chunk_behind_header(const Bytes& addition) {
  Bytes png = a_png();
  png.insert(png.begin() + kHeaderEnd, addition.begin(), addition.end());
  return png;
}

/// A PNG that claims this size and has no pixels.
Bytes header_of(std::uint32_t width, std::uint32_t height) {
  const Bytes data = joined({big_endian(width), big_endian(height), {8, 2, 0, 0, 0}});
  const Bytes signature = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};
  return joined({signature, chunk("IHDR", data), chunk("IDAT", {})});
}

std::string refusal_of(const Bytes& bytes, std::int64_t max_pixels = kNoLimit) {
  try {
    check_png(bytes.data(), bytes.size(), max_pixels);
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return "accepted";
}

TEST(CheckPng, NeedsNoMoreThanTheFileItself) {
  Bytes png = a_png();
  EXPECT_EQ(refusal_of(png), "accepted");
  png.insert(png.end(), {'t', 'a', 'i', 'l'});
  EXPECT_EQ(refusal_of(png), "accepted");
}

TEST(CheckPng, RefusesEveryCut) {
  const Bytes png = a_png();
  for (std::size_t size = 0; size < png.size(); ++size) {
    const Bytes cut(png.begin(), png.begin() + size);
    EXPECT_EQ(refusal_of(cut), "the PNG is broken: it ends before its IEND chunk") << size << " bytes";
  }
}

TEST(CheckPng, RefusesAnyFlippedBit) {
  const Bytes png = a_png();
  for (std::size_t bit = 0; bit < png.size() * 8; ++bit) {
    Bytes broken = png;
    broken[bit / 8] = static_cast<std::uint8_t>(broken[bit / 8] ^ 1U << bit % 8);
    EXPECT_NE(refusal_of(broken), "accepted") << "bit " << bit;
  }
}

TEST(CheckPng, NamesAWrongChecksum) {
  Bytes png = a_png();
  png[kHeaderEnd + 8] ^= 0xFF;
  png.at(png.size() - 12 - 1) ^= 0xFF;
  EXPECT_NE(refusal_of(png).find("IDAT"), std::string::npos) << refusal_of(png);

  Bytes text = with_chunk_behind_header(chunk("tEXt", {'a', 0, 'b'}));
  EXPECT_EQ(refusal_of(text), "accepted");
  text[kHeaderEnd + 8] ^= 0xFF;
  EXPECT_EQ(refusal_of(text), "the PNG is broken: tEXt: CRC error");
}

TEST(CheckPng, RefusesGarbageBehindTheSignature) {
  Bytes png = a_png();
  const Bytes garbage = noise(200);
  std::copy(garbage.begin(), garbage.end(), png.insert(png.begin() + kSignatureSize, garbage.size(), 0));
  EXPECT_EQ(refusal_of(png).rfind("the PNG is broken: ", 0), 0U) << refusal_of(png);
}

TEST(CheckPng, RefusesACriticalChunkItDoesNotKnow) {
  EXPECT_EQ(refusal_of(with_chunk_behind_header(chunk("abCd", {1, 2}))), "accepted");
  EXPECT_EQ(refusal_of(with_chunk_behind_header(chunk("ABCd", {1, 2}))),
            "the PNG is broken: ABCd: unhandled critical chunk");
}

TEST(CheckPng, RefusesTooFewRows) {
  Bytes png = a_png();
  const Bytes taller = header_of(5, 5);
  std::copy(taller.begin(), taller.begin() + kHeaderEnd, png.begin());
  EXPECT_EQ(refusal_of(png), "the PNG is broken: Not enough image data");
}

TEST(CheckPng, RefusesMorePixelsThanAllowedBeforeItDecodes) {
  EXPECT_EQ(refusal_of(a_png(), 20), "accepted");
  EXPECT_EQ(refusal_of(a_png(), 19), "the PNG has 5 x 4 pixels, expected at most 19");
  EXPECT_EQ(refusal_of(header_of(1'000'000, 1'000'000), 178'956'970),
            "the PNG has 1000000 x 1000000 pixels, expected at most 178956970");
}

TEST(CheckPng, RefusesSidesOfZeroOrBeyondAMillion) {
  const std::string words = "the PNG is broken: Invalid IHDR data ";
  EXPECT_EQ(refusal_of(header_of(0, 5)), words + "(Image width is zero in IHDR)");
  EXPECT_EQ(refusal_of(header_of(5, 0)), words + "(Image height is zero in IHDR)");
  EXPECT_EQ(refusal_of(header_of(1'000'001, 1)), words + "(Image width exceeds user limit in IHDR)");
  EXPECT_EQ(refusal_of(header_of(1, 1'000'001)), words + "(Image height exceeds user limit in IHDR)");
}

}  // namespace
}  // namespace sconce::media
