#include "torch_ops/png_plan.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

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

TEST(PngPlan, KnowsTheSizesOfFiles) {
  for (const std::int64_t side : {1, 30, 200}) {
    const at::Tensor pictures = unlike_pictures(side, side + 3);
    const PngPlans plans = plan_png(pictures);
    const std::vector<at::Tensor> files = encode_png(pictures);
    ASSERT_EQ(plans.pictures.size(), files.size());
    for (std::size_t i = 0; i < files.size(); ++i) {
      EXPECT_EQ(plans.pictures[i].file_size(), files[i].numel()) << i << " of side " << side;
    }
  }
}

TEST(PngPlan, MakesThePicturesThatAreAskedFor) {
  const at::Tensor pictures = unlike_pictures(190, 170);
  const PngPlans plans = plan_png(pictures);
  const std::vector<at::Tensor> all = encode_png(pictures);
  const std::vector<at::Tensor> some = encode_planned(plans, {3, 1});
  ASSERT_EQ(some.size(), 2U);
  EXPECT_TRUE(some[0].equal(all[3]));
  EXPECT_TRUE(some[1].equal(all[1]));
  EXPECT_TRUE(encode_planned(plans, {}).empty());
}

TEST(PngPlan, TakesOnePictureAtLeast) {
  EXPECT_EQ(pictures_at_once(at::empty({5, 8000, 8000, 1}, at::kByte)), 1);
  EXPECT_GT(pictures_at_once(at::empty({500, 28, 28, 1}, at::kByte)), 500);
}

}  // namespace
}  // namespace sconce::ops
