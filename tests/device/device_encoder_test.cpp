// Turns of a size that a test can pay for.

#include "run/device_encoder.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <deque>
#include <string>
#include <vector>

#include "fake_device.h"
#include "run/reporter.h"
#include "sconce/ops.h"
#include "store/sha256.h"
#include "values/image_source.h"

namespace sconce {
namespace {

constexpr std::int64_t kSide = 800;
constexpr std::int64_t kBytes = 3 * kSide * kSide;

/// uint8 [N,H,W,3]
at::Tensor photographs(std::int64_t count) {
  const at::Tensor waves = at::rand({count, kSide, kSide, 3}).cumsum_(1).cumsum_(2);
  return waves.remainder_(1).mul_(255).to(at::kByte);
}

class TurnsOfDeviceEncoder : public testing::Test {
 protected:
  TurnsOfDeviceEncoder() { fake::reset(); }
  ~TurnsOfDeviceEncoder() override { fake::reset(); }

  /// Has pictures encoded in turns of so many.
  void encode(const at::Tensor& pictures, DeviceEncoding encoding, std::int64_t in_turn) {
    DeviceEncoder encoder(encoding, Compression::Fast, reporter_, in_turn * kBytes);
    const at::Tensor there = fake::to_device(pictures);
    fake::hold();
    for (std::int64_t i = 0; i < pictures.size(0); ++i) {
      sources_.emplace_back(DevicePixels(there[i], there));
      encoder.submit(sources_.back(), [this] { ++passed_on_; });
    }
    EXPECT_TRUE(fake::await_waiter());
    fake::release();
    encoder.close();
    EXPECT_EQ(passed_on_, static_cast<int>(sources_.size()));
    EXPECT_EQ(reporter_.errors(), 0) << reporter_.last_error();
  }

  void expect_by_device(std::int64_t i, const at::Tensor& pixels) {
    ImageSource& source = sources_[static_cast<std::size_t>(i)];
    ASSERT_TRUE(source.has_file(Compression::Fast)) << i;
    const at::Tensor file = ops::encode_png(pixels).at(0);
    EXPECT_EQ(source.file(Compression::Fast)->sha256, store::sha256_hex(file.data_ptr(), file.nbytes())) << i;
  }

  Reporter reporter_{{}};
  std::deque<ImageSource> sources_;  // none of them moves
  int passed_on_ = 0;
};

TEST_F(TurnsOfDeviceEncoder, AreEncodedFromTheFirstToTheLast) {
  const at::Tensor pictures = photographs(5);
  encode(pictures, DeviceEncoding::Always, 2);
  for (std::int64_t i = 0; i < pictures.size(0); ++i) expect_by_device(i, pictures[i]);
}

TEST_F(TurnsOfDeviceEncoder, LeaveFlatDrawingsOut) {
  const at::Tensor pictures = photographs(5);
  pictures[1].zero_();
  pictures[2].zero_();
  encode(pictures, DeviceEncoding::Auto, 2);
  for (const std::int64_t i : {0, 3, 4}) expect_by_device(i, pictures[i]);
  for (const std::size_t i : {1, 2}) EXPECT_FALSE(sources_[i].has_file(Compression::Fast)) << i;
}

TEST_F(TurnsOfDeviceEncoder, AreDoneOneAtATimeWhereMemoryIsShort) {
  const at::Tensor pictures = photographs(3);
  fake::have_memory(kBytes * (3 + 3 + 24));  // the pictures and their clones, and what a turn takes, about
  encode(pictures, DeviceEncoding::Always, 1);
  for (std::int64_t i = 0; i < pictures.size(0); ++i) expect_by_device(i, pictures[i]);
}

}  // namespace
}  // namespace sconce
