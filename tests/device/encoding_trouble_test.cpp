// Pictures of an accelerator that is busy, full, or fails.

#include "device/encoding.h"

namespace sconce {
namespace {

using nlohmann::ordered_json;
using test::by_cpu;
using test::by_device;
using test::Encoding;
using test::photograph;

TEST_F(Encoding, IsLeftToTheCpuWhereTheCallersStreamIsTheOnlyOne) {
  sconce::Run run(options(DeviceEncoding::Auto));
  fake::refuse_streams();
  const at::Tensor picture = photograph(1200, 1200);
  run.log("img", Image(on_device(picture)));
  run.finish();
  EXPECT_EQ(hash_at(run, "img"), by_cpu(picture));
}

TEST_F(Encoding, LeavesABusyDeviceInPeace) {
  // The fake device is the CPU, which takes far longer for the device's operations than for its own encoder.
  sconce::Run run(options(DeviceEncoding::Auto));
  const at::Tensor picture = photograph(1200, 1200);
  for (const char* key : {"first", "second", "third"}) {
    run.log(key, Image(on_device(picture)));
    run.flush();
  }
  run.finish();
  EXPECT_EQ(hash_at(run, "first"), by_device(picture));
  EXPECT_EQ(hash_at(run, "second"), by_device(picture)) << "in its first turn any device is slow";
  EXPECT_EQ(hash_at(run, "third"), by_cpu(picture));
}

TEST_F(Encoding, TakesFewerTogetherWhereMemoryIsShort) {
  sconce::Run run(options());
  const at::Tensor pictures = at::rand({8, 3, 64, 64});
  const std::vector<Image> images = Image::batch(on_device(pictures));
  fake::have_memory(3 * 64 * 64 * 100);  // what two pictures take, about
  run.log("imgs", images);
  run.finish();
  expect_list_by_device(run, "imgs", pictures);
  EXPECT_TRUE(errors_.empty());
}

TEST_F(Encoding, IsLeftToTheCpuWhereThereIsNoMemory) {
  sconce::Run run(options());
  const at::Tensor picture = at::rand({3, 64, 64});
  const at::Tensor there = on_device(picture);
  const Image image(there);
  testing::internal::CaptureStderr();
  fake::have_memory(64);
  run.log("a", image);
  run.flush();
  fake::have_memory(1 << 30);
  run.log("b", Image(there));
  run.finish();
  const std::string said = testing::internal::GetCapturedStderr();
  EXPECT_EQ(hash_at(run, "a"), by_cpu(picture));
  EXPECT_EQ(hash_at(run, "b"), by_cpu(picture)) << "nobody asks a second time";
  const std::size_t warning = said.find("no memory left");
  EXPECT_NE(warning, std::string::npos) << said;
  EXPECT_EQ(said.find("no memory left", warning + 1), std::string::npos) << said;
}

TEST_F(Encoding, IsLeftToTheCpuWhereTheDeviceFails) {
  sconce::Run run(options());
  const at::Tensor picture = at::rand({3, 64, 64});
  const Image one(on_device(picture));
  const Image other(on_device(picture.flip(1)));
  fake::set_fault(fake::Fault::Kernels);
  run.log("a", one);
  run.flush();
  run.log("b", other);
  run.finish();
  EXPECT_EQ(hash_at(run, "a"), by_cpu(picture));
  EXPECT_EQ(hash_at(run, "b"), by_cpu(picture.flip(1)));
  ASSERT_EQ(errors_.size(), 1U);
  EXPECT_NE(errors_[0].find("a kernel failed"), std::string::npos) << errors_[0];
}

TEST_F(Encoding, OfALostDeviceNamesTheImagesAndEnds) {
  sconce::Run run(options());
  const Image image(on_device(at::rand({3, 64, 64})));
  fake::set_fault(fake::Fault::Everything);
  run.log({{"img", image}, {"n", 1}}, 7);
  EXPECT_THROW(run.finish(), std::runtime_error);
  const ordered_json row = test::read_rows(run.dir()).at(0);
  EXPECT_EQ(row.at("n"), 1);
  EXPECT_FALSE(row.contains("img"));
  ASSERT_FALSE(errors_.empty());
  for (const char* word : {"'img'", "step 7", "the device is lost"}) {
    EXPECT_NE(errors_.back().find(word), std::string::npos) << errors_.back();
  }
}

}  // namespace
}  // namespace sconce
