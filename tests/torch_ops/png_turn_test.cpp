#include "torch_ops/png_turn.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "sconce/ops.h"
#include "torch_ops/expect_png.h"

namespace sconce::ops {
namespace {

using test::noise;
using test::photograph;

at::Tensor unlike_pictures(std::int64_t height, std::int64_t width) {
  const at::Tensor columns = at::arange(width, at::kByte).view({1, width, 1}).expand({height, width, 3});
  return at::stack({noise({height, width, 3}), photograph(height, width, 3),
                    at::zeros({height, width, 3}, at::kByte), columns});
}

TEST(PngTurn, KnowsTheSizesOfFilesBeforeItPacks) {
  for (const std::int64_t side : {1, 30, 200}) {
    const at::Tensor pictures = unlike_pictures(side, side + 3);
    PngTurn turn(pictures);
    turn.plan();
    const std::vector<at::Tensor> files = encode_png(pictures);
    ASSERT_EQ(turn.plans().size(), files.size());
    for (std::size_t i = 0; i < files.size(); ++i) {
      EXPECT_EQ(turn.plans()[i].file_size(), files[i].numel()) << i << " of side " << side;
    }
  }
}

TEST(PngTurn, MakesThePicturesThatAreAskedFor) {
  const at::Tensor pictures = unlike_pictures(190, 170);
  const std::vector<at::Tensor> all = encode_png(pictures);
  PngTurn turn(pictures);
  turn.plan();
  turn.pack({3, 1});
  const std::vector<at::Tensor> some = turn.files();
  ASSERT_EQ(some.size(), 2U);
  EXPECT_TRUE(some[0].equal(all[3]));
  EXPECT_TRUE(some[1].equal(all[1]));
}

TEST(PngTurn, MakesNoneIfNoneIsAskedFor) {
  PngTurn turn(unlike_pictures(5, 6));
  turn.plan();
  turn.pack({});
  EXPECT_TRUE(turn.files().empty());
}

TEST(PngTurns, AreAboutAlike) {
  EXPECT_EQ(even_turn(8, 5), 4);
  EXPECT_EQ(even_turn(5, 5), 5);
  EXPECT_EQ(even_turn(6, 5), 3);
  EXPECT_EQ(even_turn(11, 5), 4);
  EXPECT_EQ(even_turn(3, 1), 1);
}

/// What is asked of turns, in order. Turn i has i + 1 pictures.
std::string steps_of(std::int64_t count, std::vector<at::Tensor>& files) {
  std::string steps;
  PngTurns turns;
  turns.count = count;
  turns.pixels = [&](std::int64_t turn) {
    steps += 'p' + std::to_string(turn);
    return noise({turn + 1, 3, 4, 1});
  };
  turns.choose = [&](const PngTurn& turn) {
    steps += 'c' + std::to_string(turn.plans().size() - 1);
    return all_pictures(turn);
  };
  turns.take = [&](std::int64_t number, PngTurn& turn) {
    steps += 't' + std::to_string(number);
    for (const at::Tensor& file : turn.files()) files.push_back(file);
  };
  encode_in_turns(turns);
  return steps;
}

TEST(PngTurns, BeginTheNextOneBeforeTheyWaitForTheOneBefore) {
  std::vector<at::Tensor> files;
  EXPECT_EQ(steps_of(4, files), "p0p1c0p2c1t0p3c2t1c3t2t3");
  EXPECT_EQ(files.size(), 10U);
}

TEST(PngTurns, MayBeOneOrNone) {
  std::vector<at::Tensor> files;
  EXPECT_EQ(steps_of(1, files), "p0c0t0");
  EXPECT_EQ(files.size(), 1U);
  EXPECT_EQ(steps_of(0, files), "");
}

}  // namespace
}  // namespace sconce::ops
