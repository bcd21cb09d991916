#include "png/checksum.h"

#include <gtest/gtest.h>
#include <zlib.h>

#include <random>
#include <vector>

namespace sconce::png {
namespace {

TEST(Checksums, AreThoseOfZlib) {
  std::mt19937 engine(5);
  std::vector<std::uint8_t> bytes(100'003);
  for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(engine());
  std::vector<std::size_t> sizes = {5536, 5552, 5553, 11'072, 65'536, bytes.size() - 1};
  for (std::size_t size = 0; size < 400; ++size) sizes.push_back(size);
  for (const std::size_t size : sizes) {
    ASSERT_EQ(crc32(0, bytes.data() + 1, size), ::crc32_z(0, bytes.data() + 1, size)) << size;
    ASSERT_EQ(adler32(1, bytes.data() + 1, size), ::adler32_z(1, bytes.data() + 1, size)) << size;
  }
}

TEST(Adler32, GoesOnFromTheLargestSumsWithoutOverflow) {
  const std::vector<std::uint8_t> bytes(70'000, 0xff);
  const std::uint32_t largest = 65520U << 16 | 65520U;
  EXPECT_EQ(adler32(largest, bytes.data(), bytes.size()), ::adler32_z(largest, bytes.data(), bytes.size()));
}

}  // namespace
}  // namespace sconce::png
