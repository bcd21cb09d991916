#pragma once

#include <ATen/ATen.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include <cstdint>
#include <string>
#include <vector>

#include "sconce/ops.h"
#include "support/png_reader.h"

/// What ops::encode_png makes, read by libpng and by zlib.
namespace sconce::test {

using Bytes = std::vector<std::uint8_t>;

inline Bytes bytes_of(const at::Tensor& tensor) {
  const at::Tensor dense = tensor.contiguous();
  const auto* const data = dense.data_ptr<std::uint8_t>();
  return {data, data + dense.numel()};
}

/// The data of a file of one IDAT, as zlib sees it, which takes no byte too many nor too few.
inline Bytes inflated(const Bytes& file, std::size_t size) {
  constexpr std::size_t kDataAt = 8 + 25 + 8, kBehind = 4 + 12;
  Bytes out(size + 1);
  uLongf out_size = out.size();
  uLong in_size = file.size() - kDataAt - kBehind;
  const uLong whole = in_size;
  EXPECT_EQ(uncompress2(out.data(), &out_size, file.data() + kDataAt, &in_size), Z_OK);
  EXPECT_EQ(in_size, whole);
  out.resize(out_size);
  return out;
}

/// Whether the file holds these samples, [H,W,C], of one byte or of two, the higher ones first.
inline void expect_holds(const at::Tensor& file, const at::Tensor& picture, const std::string& what) {
  const Bytes bytes = bytes_of(file);
  const bool sixteen_bit = picture.scalar_type() == at::kInt;
  const DecodedPng decoded = decode_png(bytes);
  ASSERT_EQ(decoded.height, picture.size(0)) << what;
  ASSERT_EQ(decoded.width, picture.size(1)) << what;
  ASSERT_EQ(decoded.channels, picture.size(2)) << what;
  ASSERT_EQ(decoded.bit_depth, sixteen_bit ? 16 : 8) << what;
  const at::Tensor samples =
      sixteen_bit ? at::stack({picture.floor_divide(256), picture.remainder(256)}, -1).to(at::kByte) : picture;
  ASSERT_EQ(decoded.pixels, bytes_of(samples)) << what;
  const std::size_t stream = static_cast<std::size_t>(samples.numel() + picture.size(0));
  ASSERT_EQ(inflated(bytes, stream).size(), stream) << what;
}

inline void expect_encoded(const at::Tensor& pictures, const std::string& what) {
  const at::Tensor batch = pictures.dim() == 4 ? pictures : pictures.unsqueeze(0);
  const std::vector<at::Tensor> files = ops::encode_png(pictures);
  ASSERT_EQ(static_cast<std::int64_t>(files.size()), batch.size(0)) << what;
  for (std::int64_t i = 0; i < batch.size(0); ++i) {
    expect_holds(files[static_cast<std::size_t>(i)], batch[i], what + ", picture " + std::to_string(i));
  }
}

inline at::Tensor noise(at::IntArrayRef sizes) { return at::randint(256, sizes, at::kByte); }

/// Waves with a little noise.
inline at::Tensor photograph(std::int64_t height, std::int64_t width, std::int64_t channels) {
  const at::Tensor rows = at::arange(height, at::kFloat).mul(0.03).sin().view({-1, 1, 1});
  const at::Tensor columns = at::arange(width, at::kFloat).mul(0.02).cos().view({1, -1, 1});
  const at::Tensor shade = at::arange(channels, at::kFloat).mul(9).view({1, 1, -1});
  const at::Tensor grain = at::randn({height, width, channels}).mul(2);
  return rows.mul(50).add(columns.mul(40)).add(shade).add(grain).add(110).clamp(0, 255).to(at::kByte);
}

}  // namespace sconce::test
