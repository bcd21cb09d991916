#include "values/image_source.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "sconce/image.h"
#include "store/sha256.h"
#include "support/png_reader.h"

namespace sconce {
namespace {

/// [sizes] bytes that all differ from their neighbours.
at::Tensor picture(at::IntArrayRef sizes) {
  return at::arange(c10::multiply_integers(sizes), at::kLong).mul(7).remainder(256).to(at::kByte).reshape(sizes);
}

TEST(ImageSource, EncodesWhatThePixelsAre) {
  for (std::int64_t channels = 1; channels <= 4; ++channels) {
    const Image image(picture({5, 7, channels}));
    const auto encoded = image.source().file(Compression::Fast);
    const MediaFile& file = *encoded;
    const test::DecodedPng png = test::decode_png(file.media.bytes);
    EXPECT_EQ(png.channels, channels);
    EXPECT_EQ(png.bit_depth, 8);
    const at::Tensor pixels = image.pixels();
    EXPECT_EQ(png.pixels, std::vector<std::uint8_t>(pixels.data_ptr<std::uint8_t>(),
                                                    pixels.data_ptr<std::uint8_t>() + pixels.numel()));
    EXPECT_EQ(file.sha256, store::sha256_hex(file.media.bytes.data(), file.media.bytes.size()));
    EXPECT_EQ(file.media.extension, ".png");
    EXPECT_EQ(file.media.format, "png");
    EXPECT_EQ(file.media.width, 7);
    EXPECT_EQ(file.media.height, 5);
  }
}

TEST(ImageSource, EncodesSixteenBits) {
  const Image image(at::tensor({0, 1, 258, 65535, 70000, -1}, at::kInt).reshape({2, 3}),
                    ImageOptions().mode(Mode::I16));
  const test::DecodedPng png = test::decode_png(image.source().file(Compression::Fast)->media.bytes);
  EXPECT_EQ(png.bit_depth, 16);
  EXPECT_EQ(png.channels, 1);
  EXPECT_EQ(png.width, 3);
  EXPECT_EQ(png.pixels, (std::vector<std::uint8_t>{0, 0, 0, 1, 1, 2, 255, 255, 255, 255, 0, 0}));
}

TEST(ImageSource, EncodesOnce) {
  const Image image(picture({5, 7}));
  const Image copy = image;  // NOLINT(performance-unnecessary-copy-initialization)
  EXPECT_EQ(image.source().file(Compression::Fast)->media.bytes.data(),
            copy.source().file(Compression::Fast)->media.bytes.data());
}

}  // namespace
}  // namespace sconce
