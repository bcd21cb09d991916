// Pictures of an accelerator are encoded there: on a stream beside the program's, several together, and by the CPU
// where that is better.

#include "device/encoding.h"

namespace sconce {
namespace {

using nlohmann::ordered_json;
using test::by_cpu;
using test::by_device;
using test::Encoding;
using test::hash_by_device;
using test::photograph;

TEST_F(Encoding, IsDoneOnTheDeviceAndNothingOfItOnTheCallersStream) {
  sconce::Run run(options());
  const at::Tensor picture = photograph(60, 80);
  const at::Tensor there = on_device(picture);
  run.log("img", Image(there));
  const std::int64_t of_the_call = fake::operations_on(current_stream());
  EXPECT_LE(of_the_call, 5) << "scale, clip, no NaN, cast, an event";
  run.finish();
  EXPECT_EQ(fake::operations_on(current_stream()), of_the_call);
  EXPECT_GT(fake::operations(), of_the_call);
  EXPECT_EQ(hash_at(run, "img"), by_device(picture));
  EXPECT_NE(hash_at(run, "img"), by_cpu(picture));
  EXPECT_TRUE(errors_.empty());
}

TEST_F(Encoding, IsDoneOnTheCpuIfTheRunSaysSo) {
  sconce::Run run(options(DeviceEncoding::Never));
  const at::Tensor picture = photograph(1200, 1200);
  std::int64_t of_the_call = 0;
  {
    const fake::Hold hold;
    run.log("img", Image(on_device(picture)));
    of_the_call = fake::operations();
  }
  run.finish();
  EXPECT_EQ(fake::operations() - of_the_call, 2) << "a copy to the host and its event";
  EXPECT_EQ(hash_at(run, "img"), by_cpu(picture));
}

TEST_F(Encoding, OfPicturesOfEveryKindKeepsTheirPixels) {
  sconce::Run run(options());
  const std::vector<at::Tensor> pictures = {
      photograph(33, 47),
      photograph(33, 47).select(0, 0),
      at::cat({photograph(9, 500), photograph(9, 500).narrow(0, 0, 1)}),
      photograph(300, 7).permute({1, 2, 0}).contiguous(),
      at::randint(256, {3, 20, 20}, at::kByte),
      at::full({5, 6}, 1, at::kBool),
  };
  for (std::size_t i = 0; i < pictures.size(); ++i) {
    run.log(std::to_string(i), Image(on_device(pictures[i])), 0);
  }
  const at::Tensor deep = at::rand({21, 34});
  run.log("deep", Image(on_device(deep), ImageOptions().mode(Mode::I16)), 0);
  run.finish();
  for (std::size_t i = 0; i < pictures.size(); ++i) {
    EXPECT_EQ(hash_at(run, std::to_string(i)), by_device(pictures[i])) << i;
  }
  const at::Tensor samples = Image(deep, ImageOptions().mode(Mode::I16)).pixels();
  EXPECT_EQ(hash_at(run, "deep"), hash_by_device(samples));
}

TEST_F(Encoding, TakesThoseTogetherThatAreAlikeAndWait) {
  sconce::Run run(options());
  const auto operations = [&](int count) {
    fake::reset();
    {
      const fake::Hold hold;
      for (int i = 0; i < count; ++i) {
        run.log("img", Image(on_device(at::rand({3, 16, 16}))));
        run.log("other", Image(on_device(at::rand({3, 16, 17}))));
      }
      EXPECT_TRUE(fake::await_waiter());
    }
    const std::int64_t of_calls = fake::operations_on(current_stream());
    run.flush();
    return fake::operations() - of_calls;
  };
  const std::int64_t of_two = operations(1);
  EXPECT_LT(operations(8), 2 * of_two) << "sixteen pictures";
  run.finish();
  EXPECT_EQ(test::media_files(run.dir()).size(), 18U);
}

TEST_F(Encoding, OfOneImageUnderTwoKeysIsDoneOnce) {
  sconce::Run run(options());
  const at::Tensor picture = photograph(64, 64);
  const at::Tensor there = on_device(picture);
  fake::have_memory(3 * 64 * 64 * 60);  // what one picture takes, about
  run.log("first", Image(there.flip(1)));
  run.flush();
  const std::int64_t of_one = fake::operations();
  std::vector<Image> images;
  {
    const fake::Hold hold;
    images = {Image(there.flip(2))};
    images.emplace_back(images[0], ImageOptions().caption("the same pixels"));
    run.log({{"a", images[0]}, {"b", images[1]}, {"list", images}});
    EXPECT_TRUE(fake::await_waiter());
  }
  run.finish();
  EXPECT_EQ(fake::operations(), 2 * of_one);
  EXPECT_EQ(hash_at(run, "a"), by_device(picture.flip(2)));
  EXPECT_EQ(hash_at(run, "b"), by_device(picture.flip(2)));
  EXPECT_TRUE(at::equal(images[0].pixels(), Image(picture.flip(2)).pixels()));
}

TEST_F(Encoding, TakesThePixelsOfTheCall) {
  sconce::Run run(options());
  const at::Tensor picture = at::randint(256, {3, 16, 16}, at::kByte);
  const at::Tensor there = on_device(picture);
  const at::Tensor batch = on_device(picture.unsqueeze(0));
  {
    const fake::Hold hold;
    run.log({{"img", Image(there)}, {"batch", Image::batch(batch).at(0)}});
    there.zero_();
    batch.zero_();
  }
  run.finish();
  EXPECT_EQ(hash_at(run, "img"), by_device(picture));
  EXPECT_EQ(hash_at(run, "batch"), by_device(picture));
}

TEST_F(Encoding, WaitsForThePixelsBeforeItBegins) {
  sconce::Run run(options());
  const at::Tensor there = on_device(photograph(16, 16));
  const std::int64_t before = fake::synchronizations();
  const fake::Hold hold;
  run.log("img", Image(there));
  const std::int64_t operations = fake::operations();
  EXPECT_TRUE(fake::await_waiter());
  EXPECT_EQ(fake::operations(), operations);
  EXPECT_EQ(fake::synchronizations(), before);
}

TEST_F(Encoding, LeavesSmallPicturesToTheCpu) {
  sconce::Run run(options(DeviceEncoding::Auto));
  const at::Tensor small = photograph(60, 80);
  run.log("img", Image(on_device(small)));
  run.finish();
  EXPECT_EQ(hash_at(run, "img"), by_cpu(small));
}

TEST_F(Encoding, LeavesFlatDrawingsToTheCpu) {
  sconce::Run run(options(DeviceEncoding::Auto));
  const at::Tensor drawing = at::zeros({3, 900, 900});
  drawing.narrow(1, 100, 200).narrow(2, 100, 500).fill_(0.5);
  const at::Tensor picture = photograph(900, 900);
  run.log("imgs", Image::batch(on_device(at::stack({drawing, picture}))));
  run.finish();
  const ordered_json paths = test::read_rows(run.dir()).at(0).at("imgs").at("filenames");
  EXPECT_EQ(hash_of_file(run, paths.at(0)), by_cpu(drawing));
  EXPECT_NE(by_cpu(drawing), by_device(drawing));
  EXPECT_EQ(hash_of_file(run, paths.at(1)), by_device(picture));
}

TEST_F(Encoding, OfManySmallPicturesIsDoneOnTheDevice) {
  sconce::Run run(options(DeviceEncoding::Auto));
  const at::Tensor pictures = at::rand({24, 3, 256, 256}).cumsum_(2).cumsum_(3).remainder_(1);
  {
    const fake::Hold hold;
    run.log("imgs", Image::batch(on_device(pictures)));
  }
  run.finish();
  expect_list_by_device(run, "imgs", pictures);
}

TEST_F(Encoding, LeavesOtherCompressionsToTheCpu) {
  for (const Compression compression : {Compression::Small, Compression::None}) {
    const at::Tensor picture = photograph(1200, 1200);
    sconce::Run run(options(DeviceEncoding::Auto).compression(compression));
    run.log("img", Image(on_device(picture)));
    run.finish();
    EXPECT_EQ(hash_at(run, "img"), by_cpu(picture, compression));
  }
}

TEST_F(Encoding, GivesTheDevicesMemoryBack) {
  const std::int64_t before = fake::allocated_bytes();
  sconce::Run run(options());
  run.log("img", Image(on_device(photograph(60, 80))));
  EXPECT_GT(fake::allocated_bytes(), before);
  run.finish();
  EXPECT_EQ(fake::allocated_bytes(), before);
}

}  // namespace
}  // namespace sconce
