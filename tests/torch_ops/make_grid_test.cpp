#include "same.h"
#include "sconce/ops.h"

namespace sconce {
namespace {

TEST(MakeGrid, ReturnsOneImageAsItIs) {
  const at::Tensor image = at::arange(24, at::kByte).reshape({1, 2, 3, 4});
  EXPECT_TRUE(same(ops::make_grid(image), image[0]));
}

TEST(MakeGrid, SurroundsImagesWithBlack) {
  const at::Tensor images = at::tensor({1, 2, 3}, at::kInt).reshape({3, 1, 1, 1});
  EXPECT_TRUE(same(ops::make_grid(images, 2, 1), at::tensor({0, 0, 0, 0, 0,   //
                                                             0, 1, 0, 2, 0,   //
                                                             0, 0, 0, 0, 0,   //
                                                             0, 3, 0, 0, 0,   //
                                                             0, 0, 0, 0, 0},  //
                                                            at::kInt)
                                                     .reshape({1, 5, 5})));
}

TEST(MakeGrid, HasTheGeometryOfTorchvision) {
  EXPECT_EQ(ops::make_grid(at::ones({9, 3, 4, 5})).sizes(), at::IntArrayRef({3, 14, 58}));
  EXPECT_EQ(ops::make_grid(at::ones({2, 3, 4, 5})).sizes(), at::IntArrayRef({3, 8, 16}));
  EXPECT_EQ(ops::make_grid(at::ones({5, 2, 4, 5}), 3, 0).sizes(), at::IntArrayRef({2, 8, 15}));
  EXPECT_EQ(ops::make_grid(at::ones({3, 6, 4, 5}), 1, 2).sizes(), at::IntArrayRef({6, 20, 9}));
}

TEST(MakeGrid, KeepsEveryDtypeAndAnyStrides) {
  for (const auto dtype :
       {at::kBool, at::kByte, at::kShort, at::kLong, at::kHalf, at::kDouble, at::kComplexFloat}) {
    EXPECT_EQ(ops::make_grid(at::ones({3, 1, 2, 2}, dtype)).scalar_type(), dtype);
  }
  const at::Tensor images = at::arange(5 * 3 * 4 * 6, at::kInt).reshape({5, 3, 4, 6});
  const at::Tensor expected = ops::make_grid(images, 2);
  EXPECT_TRUE(same(ops::make_grid(images.contiguous(at::MemoryFormat::ChannelsLast), 2), expected));
  EXPECT_TRUE(same(ops::make_grid(images.transpose(2, 3).contiguous().transpose(2, 3), 2), expected));
}

TEST(MakeGrid, KeepsPixelsInTheOrderOfTheirMemory) {
  const at::Tensor nhwc = at::arange(2 * 4 * 5 * 3, at::kByte).reshape({2, 4, 5, 3});
  EXPECT_TRUE(ops::make_grid(nhwc.permute({0, 3, 1, 2})).permute({1, 2, 0}).is_contiguous());
}

TEST(MakeGrid, RefusesWhatIsNoBatch) {
  EXPECT_THROW(ops::make_grid(at::zeros({3, 4, 5})), c10::ValueError);
  EXPECT_THROW(ops::make_grid(at::zeros({0, 3, 4, 5})), c10::ValueError);
  EXPECT_THROW(ops::make_grid(at::zeros({2, 3, 4, 5}), 0), c10::ValueError);
  EXPECT_THROW(ops::make_grid(at::zeros({2, 3, 4, 5}), 8, -1), c10::ValueError);
  EXPECT_THROW(ops::make_grid(at::Tensor()), c10::TypeError);
}

}  // namespace
}  // namespace sconce
