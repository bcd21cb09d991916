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

/// What is asked of turns, in order: of pixels by where they begin, and how many.
std::string steps_of(std::int64_t pictures, std::int64_t in_turn, std::vector<at::Tensor>& files) {
  std::string steps;
  PngTurns turns;
  turns.pictures = pictures;
  turns.in_turn = in_turn;
  turns.pixels = [&](std::int64_t begin, std::int64_t count) {
    steps += " p" + std::to_string(begin) + '+' + std::to_string(count);
    return noise({count, 3, 4, 1});
  };
  turns.choose = [&](const PngTurn& turn) {
    steps += " c";
    return all_pictures(turn);
  };
  turns.take = [&](std::int64_t begin, PngTurn& turn) {
    steps += " t" + std::to_string(begin);
    for (const at::Tensor& file : turn.files()) files.push_back(file);
  };
  encode_in_turns(turns);
  return steps;
}

TEST(PngTurns, BeginTheNextOneBeforeTheyWaitForTheOneBefore) {
  std::vector<at::Tensor> files;
  EXPECT_EQ(steps_of(8, 2, files), " p0+2 p2+2 c p4+2 c t0 p6+2 c t2 c t4 t6");
  EXPECT_EQ(files.size(), 8U);
}

TEST(PngTurns, AreAboutAlike) {
  std::vector<at::Tensor> files;
  EXPECT_EQ(steps_of(8, 5, files), " p0+4 p4+4 c c t0 t4");
  EXPECT_EQ(steps_of(11, 5, files), " p0+4 p4+4 c p8+3 c t0 c t4 t8");
  EXPECT_EQ(steps_of(9, 8, files), " p0+5 p5+4 c c t0 t5");
  EXPECT_EQ(files.size(), 28U);
}

TEST(PngTurns, MayBeOneOrNone) {
  std::vector<at::Tensor> files;
  EXPECT_EQ(steps_of(5, 5, files), " p0+5 c t0");
  EXPECT_EQ(files.size(), 5U);
  EXPECT_EQ(steps_of(0, 5, files), "");
}

}  // namespace
}  // namespace sconce::ops
