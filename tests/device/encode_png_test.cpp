// ops::encode_png on an accelerator: the CPU's files, and work for the device while the host has its own.

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <thread>
#include <vector>

#include "fake_device.h"
#include "sconce/ops.h"
#include "torch_ops/png_turn.h"

namespace sconce::ops {
namespace {

/// [3,H,W,C] of unlike pictures.
at::Tensor pictures(std::int64_t height, std::int64_t width, std::int64_t channels) {
  const at::Tensor smooth = at::rand({height, width, channels}).cumsum(0).cumsum(1).mul(255).to(at::kByte);
  return at::stack({smooth, at::randint(256, smooth.sizes(), at::kByte), at::zeros_like(smooth)});
}

TEST(EncodePngOnDevice, MakesTheFilesOfTheCpu) {
  const std::vector<at::Tensor> batches = {pictures(70, 90, 3), pictures(5, 300, 1), pictures(41, 8, 4),
                                           pictures(20, 30, 1).to(at::kInt).mul(200)};
  for (const at::Tensor& batch : batches) {
    const std::vector<at::Tensor> here = encode_png(batch);
    const std::vector<at::Tensor> there = encode_png(fake::to_device(batch));
    ASSERT_EQ(there.size(), here.size());
    for (std::size_t i = 0; i < here.size(); ++i) EXPECT_TRUE(there[i].equal(here[i])) << i;
  }
}

/// Turns of the same pictures.
PngTurns turns_of(const at::Tensor& pixels, std::int64_t count, std::vector<at::Tensor>& files) {
  PngTurns turns;
  turns.pictures = count * pixels.size(0);
  turns.in_turn = pixels.size(0);
  turns.pixels = [pixels](std::int64_t, std::int64_t) { return pixels; };
  turns.choose = all_pictures;
  turns.take = [&](std::int64_t, PngTurn& turn) {
    for (const at::Tensor& file : turn.files()) files.push_back(file);
  };
  return turns;
}

/// What is enqueued to filter and count them, and to have the counts on the host.
std::int64_t operations_to_count(const at::Tensor& pixels) {
  fake::reset();
  const PngTurn turn(pixels);
  return fake::operations();
}

TEST(EncodePngOnDevice, EnqueuesTheNextTurnBeforeItWaitsForTheCounts) {
  const at::Tensor batch = pictures(30, 40, 3);
  const at::Tensor there = fake::to_device(batch);
  const std::int64_t of_one = operations_to_count(there);
  fake::reset();
  std::vector<at::Tensor> files;
  fake::hold();
  std::thread encoder([&] { encode_in_turns(turns_of(there, 3, files)); });
  EXPECT_TRUE(fake::await_waiter());
  EXPECT_EQ(fake::operations(), 2 * of_one);
  fake::release();
  encoder.join();
  EXPECT_EQ(fake::synchronizations(), 0) << "it waits for events, behind which there is work";
  const std::vector<at::Tensor> expected = encode_png(batch);
  ASSERT_EQ(files.size(), 3 * expected.size());
  for (std::size_t i = 0; i < files.size(); ++i) {
    EXPECT_TRUE(files[i].equal(expected[i % expected.size()])) << i;
  }
}

TEST(EncodePngOnDevice, KeepsTwoTurnsThere) {
  const at::Tensor there = fake::to_device(pictures(60, 80, 3));
  const std::int64_t before = fake::allocated_bytes();
  const std::int64_t symbols = 4 * there.numel();
  std::vector<at::Tensor> files;
  PngTurns turns = turns_of(there, 5, files);
  std::int64_t most = 0;
  turns.choose = [&](const PngTurn& turn) {
    most = std::max(most, fake::allocated_bytes() - before);
    return all_pictures(turn);
  };
  encode_in_turns(turns);
  EXPECT_EQ(fake::allocated_bytes(), before);
  EXPECT_GT(most, 2 * symbols);
  EXPECT_LT(most, 3 * symbols) << "of two turns, and packed words of one";
}

}  // namespace
}  // namespace sconce::ops
