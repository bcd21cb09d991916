#include <utility>

#include "same.h"
#include "sconce/ops.h"

namespace sconce {
namespace {

/// A picture of 1x4 pixels in one of Pillow's modes.
using Picture = std::pair<Mode, std::vector<std::int64_t>>;

at::Tensor tensor_of(const Picture& picture) {
  return bytes(picture.second, {1, 4, static_cast<std::int64_t>(picture.second.size() / 4)});
}

/// Image.convert() of Pillow 9.4.0: the first of each list to all of them.
const std::vector<std::pair<Picture, std::vector<Picture>>>& pillow() {
  static const std::vector<std::pair<Picture, std::vector<Picture>>> kTruth = {
      {{Mode::L, {0, 35, 146, 119}},
       {{Mode::L, {0, 35, 146, 119}},
        {Mode::LA, {0, 255, 35, 255, 146, 255, 119, 255}},
        {Mode::RGB, {0, 0, 0, 35, 35, 35, 146, 146, 146, 119, 119, 119}},
        {Mode::RGBA, {0, 0, 0, 255, 35, 35, 35, 255, 146, 146, 146, 255, 119, 119, 119, 255}}}},
      {{Mode::LA, {0, 255, 35, 245, 146, 53, 119, 4}},
       {{Mode::L, {0, 35, 146, 119}},
        {Mode::LA, {0, 255, 35, 245, 146, 53, 119, 4}},
        {Mode::RGB, {0, 0, 0, 35, 35, 35, 146, 146, 146, 119, 119, 119}},
        {Mode::RGBA, {0, 0, 0, 255, 35, 35, 35, 245, 146, 146, 146, 53, 119, 119, 119, 4}}}},
      {{Mode::RGB, {0, 255, 1, 35, 245, 162, 146, 53, 62, 119, 4, 108}},
       {{Mode::L, {150, 173, 82, 50}},
        {Mode::LA, {150, 255, 173, 255, 82, 255, 50, 255}},
        {Mode::RGB, {0, 255, 1, 35, 245, 162, 146, 53, 62, 119, 4, 108}},
        {Mode::RGBA, {0, 255, 1, 255, 35, 245, 162, 255, 146, 53, 62, 255, 119, 4, 108, 255}}}},
      {{Mode::RGBA, {0, 255, 1, 254, 35, 245, 162, 238, 146, 53, 62, 76, 119, 4, 108, 12}},
       {{Mode::L, {150, 173, 82, 50}},
        {Mode::LA, {150, 254, 173, 238, 82, 76, 50, 12}},
        {Mode::RGB, {0, 255, 1, 35, 245, 162, 146, 53, 62, 119, 4, 108}},
        {Mode::RGBA, {0, 255, 1, 254, 35, 245, 162, 238, 146, 53, 62, 76, 119, 4, 108, 12}}}},
  };
  return kTruth;
}

TEST(PixelMode, ConvertsEveryPairAsPillowDoes) {
  for (const auto& [from, results] : pillow()) {
    for (const auto& to : results) {
      SCOPED_TRACE(testing::Message() << static_cast<int>(from.first) << " to " << static_cast<int>(to.first));
      const at::Tensor pixels = ops::to_pixels(tensor_of(from), to.first, Range::Auto, Layout::HWC);
      EXPECT_TRUE(same(pixels, tensor_of(to)));
      EXPECT_TRUE(pixels.is_contiguous());
    }
  }
}

TEST(PixelMode, GuessesTheModeByTheChannels) {
  for (const auto& [from, results] : pillow()) {
    const at::Tensor image = tensor_of(from);
    EXPECT_TRUE(same(ops::to_pixels(image, Mode::Auto, Range::Auto, Layout::HWC), image));
  }
}

TEST(PixelMode, ConvertsPicturesOfABatch) {
  const at::Tensor batch = at::arange(2 * 5 * 6 * 4, at::kByte).reshape({2, 5, 6, 4});
  for (const auto mode : {Mode::L, Mode::LA, Mode::RGB, Mode::RGBA, Mode::I16}) {
    const at::Tensor pixels = ops::to_pixels(batch, mode);
    for (int i = 0; i < 2; ++i) EXPECT_TRUE(same(pixels[i], ops::to_pixels(batch[i], mode)));
  }
}

TEST(PixelMode, KeepsGreyAsItIs) {
  const at::Tensor all = at::arange(256, at::kByte).reshape({16, 16, 1});
  EXPECT_TRUE(same(ops::to_pixels(all.expand({16, 16, 3}), Mode::L), all));
  const at::Tensor deep = at::arange(65536, at::kInt).reshape({256, 256, 1});
  EXPECT_TRUE(same(ops::to_pixels(deep.expand({256, 256, 3}), Mode::I16), deep));
}

TEST(PixelMode, GivesSixteenBitGreyForColourAndAlpha) {
  const at::Tensor colour = at::tensor({65535, 0, 0, 65535, 0, 65535, 0, 0, 0, 0, 65535, 9}, at::kInt);
  EXPECT_TRUE(same(ops::to_pixels(colour.reshape({1, 3, 4}), Mode::I16, Range::Auto, Layout::HWC),
                   at::tensor({19595, 38469, 7471}, at::kInt).reshape({1, 3, 1})));
  EXPECT_TRUE(same(ops::to_pixels(at::tensor({1.0, 0.5}).reshape({1, 1, 2}), Mode::I16, Range::Auto, Layout::HWC),
                   at::full({1, 1, 1}, 65535, at::kInt)));
}

}  // namespace
}  // namespace sconce
