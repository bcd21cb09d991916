// Tensors on an accelerator: log() waits for nothing, the worker waits for the values, and what is wrong with them
// is found there.

#include <ATen/ATen.h>
#include <c10/core/StreamGuard.h>
#include <c10/core/impl/VirtualGuardImpl.h>
#include <gtest/gtest.h>

#include <mutex>
#include <thread>

#include "fake_device.h"
#include "run/pending_row.h"
#include "sconce/sconce.h"
#include "support/run_reader.h"

namespace sconce {
namespace {

using nlohmann::ordered_json;

class Deferred : public testing::Test {
 protected:
  Deferred() { fake::reset(); }
  RunOptions options() {
    return RunOptions("test").dir(folder_.path()).on_error([this](const std::exception& error) {
      const std::lock_guard<std::mutex> lock(mutex_);
      errors_.push_back(error.what());
    });
  }
  static at::Tensor on_device(const at::Tensor& tensor) { return fake::to_device(tensor); }

  test::TemporaryFolder folder_;
  std::mutex mutex_;
  std::vector<std::string> errors_;
};

TEST_F(Deferred, LogReturnsWhileTheDeviceIsBusy) {
  sconce::Run run(options());
  const at::Tensor picture = on_device(at::rand({3, 6, 8}));
  const at::Tensor labels = on_device(at::ones({6, 8}, at::kLong));
  const at::Tensor boxes = on_device(at::tensor({1., 2., 3., 4.}).reshape({1, 4}));
  const at::Tensor loss = on_device(at::full({}, 2.5));
  const std::int64_t before = fake::synchronizations();
  {
    const fake::Hold hold;
    run.log({{"loss", loss},
             {"img", Image(picture, ImageOptions().masks({{"m", Mask(labels)}}).boxes({{"b", Boxes(boxes)}}))},
             {"h", Histogram(picture, 4)}});
    EXPECT_EQ(fake::synchronizations(), before);
    EXPECT_TRUE(fake::await_waiter());
    EXPECT_TRUE(test::read_rows(run.dir()).empty());
  }
  run.finish();
  EXPECT_EQ(fake::synchronizations(), before);
  const ordered_json row = test::read_rows(run.dir()).at(0);
  EXPECT_EQ(row.at("loss"), 2.5);
  EXPECT_EQ(row.at("h").at("values").size(), 4U);
  EXPECT_EQ(row.at("img").at("masks").size(), 1U);
  EXPECT_EQ(row.at("img").at("boxes").size(), 1U);
  EXPECT_TRUE(errors_.empty());
}

TEST_F(Deferred, ValuesAreThoseOfTheCall) {
  sconce::Run run(options());
  const at::Tensor picture = at::rand({3, 6, 8});
  at::Tensor moved = on_device(picture);
  at::Tensor loss = on_device(at::full({}, 1.0));
  const Image expected(picture);
  std::vector<Image> images;
  {
    const fake::Hold hold;
    images.emplace_back(moved);
    run.log({{"loss", loss}, {"img", images[0]}});
    moved.fill_(0);
    loss.fill_(7);
  }
  EXPECT_TRUE(at::equal(images[0].pixels(), expected.pixels()));
  run.finish();
  EXPECT_EQ(test::read_rows(run.dir()).at(0).at("loss"), 1.0);
}

TEST_F(Deferred, EnqueuesLittle) {
  const at::Tensor picture = on_device(at::rand({3, 6, 8}));
  const at::Tensor bytes = on_device(at::ones({3, 6, 8}, at::kByte));
  const at::Tensor labels = on_device(at::ones({6, 8}, at::kLong));
  const at::Tensor boxes = on_device(at::rand({5, 4}));
  const at::Tensor batch = on_device(at::rand({20, 3, 6, 8}));
  const at::Tensor loss = on_device(at::full({}, 2.5));
  const auto operations = [](const auto& log) {
    fake::reset();
    log();
    EXPECT_EQ(fake::synchronizations(), 0);
    return fake::operations();
  };
  // An event behind what makes bytes: scale, clip, no NaN, cast. Bytes and other values are copied.
  EXPECT_LE(operations([&] { Image image(picture); }), 5);
  EXPECT_LE(operations([&] { Image image(picture.permute({1, 2, 0})); }), 5);
  EXPECT_LE(operations([&] { Image image(bytes); }), 2);
  EXPECT_LE(operations([&] { Value value(loss); }), 2);
  EXPECT_LE(operations([&] { Boxes layer(boxes); }), 2);
  EXPECT_LE(operations([&] { Mask layer(labels); }), 8) << "cast, compare, leave out, count; two copies";
  EXPECT_LE(operations([&] { Image::batch(batch); }), 5) << "one event for all";
  EXPECT_LE(operations([&] { Histogram histogram(picture); }), 24);
  EXPECT_LE(operations([&] { Image grid(batch); }), 8) << "black, full rows, the last row";
}

TEST_F(Deferred, MemoryOfAnotherStreamIsReserved) {
  const at::Tensor picture = on_device(at::ones({3, 6, 8}, at::kByte));
  const c10::impl::VirtualGuardImpl device(fake::device().type());
  const c10::Stream side = device.getStreamFromGlobalPool(fake::device());
  const c10::StreamGuard guard(side);
  const Image image(picture);
  EXPECT_TRUE(fake::is_reserved(picture, side));
  const at::Tensor loss = on_device(at::full({}, 2.5));
  const Value value(loss);
  EXPECT_TRUE(fake::is_reserved(loss, side));
}

TEST_F(Deferred, TheCurrentStreamIsTheOneThatIsWaitedFor) {
  const at::Tensor loss = on_device(at::full({}, 2.5));
  const c10::impl::VirtualGuardImpl device(fake::device().type());
  const c10::Stream side = device.getStreamFromGlobalPool(fake::device());
  sconce::Run run(options());
  fake::hold(side);
  {
    const c10::StreamGuard guard(side);
    run.log("held", loss);
  }
  EXPECT_TRUE(fake::await_waiter()) << "the work of the stream that was current at the call";
  EXPECT_TRUE(test::read_rows(run.dir()).empty());
  fake::release();
  run.finish();
  EXPECT_EQ(test::read_rows(run.dir()).at(0).at("held"), 2.5);
}

TEST_F(Deferred, WhatIsDroppedEarlyIsNotWaitedFor) {
  const fake::Hold hold;
  {
    const Image image(on_device(at::rand({3, 6, 8})));
    const Value loss(on_device(at::full({}, 2.5)));
  }
  EXPECT_EQ(fake::synchronizations(), 0);
}

TEST_F(Deferred, AnImageInAnotherModeIsConvertedBehind) {
  const at::Tensor picture = at::rand({3, 6, 8});
  const at::Tensor there = on_device(picture);
  const c10::impl::VirtualGuardImpl device(fake::device().type());
  fake::hold();
  std::thread device_ends_its_work([] {
    fake::await_waiter();
    fake::release();
  });
  const Image grey(Image(there), ImageOptions().mode(Mode::L));
  EXPECT_FALSE(device.getStream(fake::device()).query()) << "the constructor waited";
  EXPECT_TRUE(at::equal(grey.pixels(), Image(picture, ImageOptions().mode(Mode::L)).pixels()));
  device_ends_its_work.join();
}

TEST_F(Deferred, ABadMaskIsLeftOutAndTheRestIsWritten) {
  sconce::Run run(options());
  run.log({{"img", Image(on_device(at::rand({3, 2, 3})),
                         ImageOptions().masks({{"good", Mask(on_device(at::ones({2, 3}, at::kLong)))},
                                               {"bad", Mask(on_device(at::full({2, 3}, 300, at::kLong)))}}))},
           {"n", 1}},
          4);
  run.finish();
  const ordered_json row = test::read_rows(run.dir()).at(0);
  EXPECT_EQ(row.at("n"), 1);
  ASSERT_EQ(row.at("img").at("masks").size(), 1U);
  EXPECT_TRUE(row.at("img").at("masks").contains("good"));
  ASSERT_EQ(errors_.size(), 1U);
  for (const char* word : {"'bad'", "'img'", "step 4", "0 to 255"}) {
    EXPECT_NE(errors_[0].find(word), std::string::npos) << errors_[0];
  }
}

TEST_F(Deferred, BadBoxesAreLeftOutAndTheRestIsWritten) {
  sconce::Run run(options());
  const at::Tensor inverted = on_device(at::tensor({0., 0., 1., 1., 5., 0., 1., 1.}).reshape({2, 4}));
  run.log("img", Image(on_device(at::rand({3, 2, 3})), ImageOptions().boxes({{"b", Boxes(inverted)}})));
  run.finish();
  EXPECT_FALSE(test::read_rows(run.dir()).at(0).at("img").contains("boxes"));
  ASSERT_EQ(errors_.size(), 1U);
  EXPECT_NE(errors_[0].find("box 1"), std::string::npos) << errors_[0];
}

TEST_F(Deferred, WhatTheDeviceHoldsCountsToo) {
  const at::Tensor picture = at::rand({3, 60, 80});
  constexpr std::int64_t kPixels = 3 * 60 * 80;
  EXPECT_GE(pending_bytes(Value(Image(on_device(picture)))), pending_bytes(Value(Image(picture))) + kPixels);
  EXPECT_GT(pending_bytes(Value(on_device(at::full({}, 2.5)))), pending_bytes(Value(2.5)));
  EXPECT_GT(pending_bytes(Value(Histogram(on_device(picture)))), pending_bytes(Value(Histogram(picture))));
}

TEST_F(Deferred, ShapesAreStillCheckedAtTheCall) {
  EXPECT_THROW(Image(on_device(at::rand({5, 6, 7}))), c10::ValueError);
  EXPECT_THROW(Image(on_device(at::rand({3, 4, 4})),
                     ImageOptions().masks({{"m", Mask(on_device(at::zeros({4, 5}, at::kLong)))}})),
               c10::ValueError);
}

TEST_F(Deferred, BatchesAndGridsCome) {
  sconce::Run run(options());
  const at::Tensor batch = at::rand({3, 1, 4, 5});
  const std::vector<Image> images = Image::batch(on_device(batch));
  ASSERT_EQ(images.size(), 3U);
  EXPECT_TRUE(at::equal(images[2].pixels(), Image(batch[2]).pixels()));
  EXPECT_TRUE(at::equal(Image(on_device(batch)).pixels(), Image(batch).pixels()));
  run.log("imgs", images);
  run.finish();
  EXPECT_EQ(test::media_files(run.dir()).size(), 3U);
}

}  // namespace
}  // namespace sconce
