// What the fake device shows, on a real one: skipped where LibTorch finds no CUDA device. That nobody waited is
// seen by the stream's still being at work.

#include <ATen/ATen.h>
#include <c10/core/DeviceGuard.h>
#include <c10/core/StreamGuard.h>
#include <c10/core/impl/VirtualGuardImpl.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "sconce/ops.h"
#include "sconce/sconce.h"
#include "support/png_reader.h"
#include "support/run_reader.h"

namespace sconce {
namespace {

using nlohmann::ordered_json;

class Cuda : public testing::Test {
 protected:
  void SetUp() override {
    if (at::getNumGPUs() == 0) GTEST_SKIP() << "LibTorch finds no CUDA device on this machine";
    load_ = at::rand({4096, 4096}, options(0));
  }

  static at::TensorOptions options(int index) {
    return at::TensorOptions(at::kFloat).device(at::kCUDA, static_cast<c10::DeviceIndex>(index));
  }
  static c10::impl::VirtualGuardImpl device() { return c10::impl::VirtualGuardImpl(at::kCUDA); }
  static c10::Stream current_stream(int index = 0) { return device().getStream(options(index).device()); }
  /// Work of a second or so for the current stream, behind which everything is late.
  void keep_busy() {
    for (int i = 0; i < 100; ++i) load_ = at::mm(load_, load_).mul_(1e-4);
  }
  /// The first picture of a size makes its pinned memory, for which CUDA may wait.
  static void warm_up(const at::Tensor& picture) {
    const at::Tensor once = Image(picture).pixels();
    static_cast<void>(Mask(picture.select(0, 0).round()));
  }

  at::Tensor load_;
  test::TemporaryFolder folder_;
};

TEST_F(Cuda, LogReturnsWhileTheDeviceIsBusy) {
  sconce::Run run(RunOptions("test").dir(folder_.path()));
  const at::Tensor picture = at::rand({3, 1080, 1920}, options(0));
  const at::Tensor labels = picture.select(0, 0).mul(20).to(at::kLong);
  const at::Tensor boxes = at::tensor({1., 2., 3., 4.}, options(0)).reshape({1, 4});
  const at::Tensor loss = at::full({}, 2.5, options(0));
  const auto log = [&] {
    const ImageOptions layers = ImageOptions().masks({{"m", Mask(labels)}}).boxes({{"b", Boxes(boxes)}});
    run.log({{"loss", loss}, {"img", Image(picture, layers)}, {"h", Histogram(picture, 4)}});
  };
  log();
  run.flush();
  keep_busy();
  log();
  EXPECT_FALSE(current_stream().query()) << "the caller waited";
  run.finish();
  const std::vector<ordered_json> rows = test::read_rows(run.dir());
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[1].at("loss"), 2.5);
  EXPECT_EQ(rows[1].at("h"), rows[0].at("h"));
  EXPECT_EQ(rows[1].at("img").at("sha256"), rows[0].at("img").at("sha256"));
}

TEST_F(Cuda, PixelsAreThoseOfTheCpu) {
  for (const auto dtype : {at::kByte, at::kInt, at::kHalf, at::kBFloat16, at::kFloat, at::kDouble}) {
    for (const auto range : {Range::Auto, Range::Signed, Range::Byte, Range::MinMax, Range::Wandb}) {
      const at::Tensor picture = at::rand({3, 37, 53}).mul(at::isFloatingType(dtype) ? 1.2 : 300).to(dtype);
      const ImageOptions how = ImageOptions().range(range);
      const at::Tensor there = picture.to(at::kCUDA);
      const at::Tensor difference =
          Image(there, how).pixels().to(at::kInt).sub(Image(picture, how).pixels().to(at::kInt)).abs();
      // A GPU may round a division differently; nothing else.
      EXPECT_LE(difference.max().item<int>(), range == Range::MinMax ? 1 : 0) << dtype << static_cast<int>(range);
    }
  }
}

TEST_F(Cuda, ValuesAreThoseOfTheCall) {
  at::Tensor picture = at::full({3, 256, 256}, 0.5, options(0));
  at::Tensor bytes = at::full({3, 256, 256}, 7, options(0).dtype(at::kByte));
  at::Tensor loss = at::full({}, 1.0, options(0));
  warm_up(picture);
  keep_busy();
  const Image image(picture);
  const Image byte_image(bytes);
  picture.fill_(1);
  bytes.fill_(9);
  picture = at::Tensor();
  bytes = at::Tensor();
  const at::Tensor taken = at::full({3, 256, 256}, 1, options(0));  // may get the memory that was dropped
  EXPECT_TRUE(at::equal(image.pixels(), at::full({256, 256, 3}, 127, at::kByte)));
  EXPECT_TRUE(at::equal(byte_image.pixels(), at::full({256, 256, 3}, 7, at::kByte)));
}

TEST_F(Cuda, TheCurrentStreamIsTheOneThatIsUsed) {
  warm_up(at::rand({3, 256, 256}, options(0)));
  const c10::Stream side = device().getStreamFromGlobalPool(options(0).device());
  std::vector<Image> images;
  {
    const c10::StreamGuard guard(side);
    keep_busy();
    images.emplace_back(at::full({3, 256, 256}, 0.5, options(0)));
  }
  EXPECT_FALSE(side.query());
  EXPECT_TRUE(current_stream().query()) << "nothing was enqueued on the default stream";
  EXPECT_TRUE(at::equal(images[0].pixels(), at::full({256, 256, 3}, 127, at::kByte)));
}

TEST_F(Cuda, MemoryThatIsDroppedOnAnotherStreamIsNotWrittenToInTime) {
  warm_up(at::rand({3, 256, 256}, options(0)));
  const c10::Stream side = device().getStreamFromGlobalPool(options(0).device());
  at::Tensor bytes = at::full({3, 256, 256}, 7, options(0).dtype(at::kByte));
  current_stream().synchronize();
  std::vector<Image> images;
  {
    const c10::StreamGuard guard(side);
    keep_busy();
    images.emplace_back(bytes);
  }
  bytes = at::Tensor();
  std::vector<at::Tensor> others;
  for (int i = 0; i < 100; ++i) others.push_back(at::full({3, 256, 256}, 9, options(0).dtype(at::kByte)));
  EXPECT_TRUE(at::equal(images[0].pixels(), at::full({256, 256, 3}, 7, at::kByte)));
}

TEST_F(Cuda, PicturesAreEncodedThere) {
  const at::Tensor pictures = at::rand({3, 3, 600, 800}, options(0)).cumsum_(2).cumsum_(3).remainder_(1);
  sconce::Run run(RunOptions("test").dir(folder_.path()).device_encoding(DeviceEncoding::Always));
  keep_busy();
  const std::vector<Image> images = Image::batch(pictures);
  run.log("imgs", images);
  EXPECT_FALSE(current_stream().query()) << "the caller waited";
  run.finish();
  const ordered_json paths = test::read_rows(run.dir()).at(0).at("imgs").at("filenames");
  for (std::size_t i = 0; i < images.size(); ++i) {
    const std::string file = test::read_text(run.dir() / "files" / paths.at(i).get<std::string>());
    const test::DecodedPng decoded = test::decode_png({file.begin(), file.end()});
    const auto* const pixels = images[i].pixels().data_ptr<std::uint8_t>();
    EXPECT_TRUE(std::equal(decoded.pixels.begin(), decoded.pixels.end(), pixels, pixels + 600 * 800 * 3)) << i;
    const at::Tensor there = ops::encode_png(images[i].pixels().to(at::kCUDA)).at(0);
    EXPECT_EQ(static_cast<std::size_t>(there.numel()), file.size()) << "made by the CPU?";
  }
}

TEST_F(Cuda, TensorsOfADeviceThatIsNotCurrentAreTaken) {
  if (at::getNumGPUs() < 2) GTEST_SKIP() << "LibTorch finds one CUDA device; this takes two";
  const at::Tensor picture = at::full({3, 64, 64}, 0.5, options(1));
  const c10::DeviceGuard guard(options(0).device());
  EXPECT_TRUE(at::equal(Image(picture).pixels(), at::full({64, 64, 3}, 127, at::kByte)));
  EXPECT_EQ(device().getDevice().index(), 0);
}

}  // namespace
}  // namespace sconce
