#include "sconce/mask.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>

#include "support/refusal.h"
#include "torch_ops/same.h"
#include "values/mask_data.h"

namespace sconce {
namespace {

using test::refusal;
using Names = std::map<std::int64_t, std::string>;

at::Tensor ids(const std::vector<double>& values, at::ScalarType dtype) {
  return at::tensor(values, at::kDouble).to(dtype).reshape({1, -1});
}

TEST(Mask, TakesIdsOfEveryDtype) {
  for (const auto dtype : {at::kByte, at::kShort, at::kInt, at::kLong, at::kHalf, at::kFloat, at::kDouble}) {
    EXPECT_TRUE(same(Mask(ids({0, 1, 200, 255}, dtype)).data().checked_labels(), bytes({0, 1, 200, 255}, {1, 4})))
        << dtype;
  }
  EXPECT_TRUE(same(Mask(ids({0, 1, 127}, at::kChar)).data().checked_labels(), bytes({0, 1, 127}, {1, 3})));
  EXPECT_TRUE(same(Mask(ids({0, 1, 128}, at::kBFloat16)).data().checked_labels(), bytes({0, 1, 128}, {1, 3})));
  EXPECT_TRUE(same(Mask(ids({0, 1, 1}, at::kBool)).data().checked_labels(), bytes({0, 1, 1}, {1, 3})));
}

TEST(Mask, TakesOneChannelOnEitherSide) {
  for (const auto& shape : std::vector<std::vector<std::int64_t>>{{3, 5}, {1, 3, 5}, {3, 5, 1}}) {
    const Mask mask(at::arange(15, at::kLong).reshape(shape));
    EXPECT_TRUE(same(mask.data().checked_labels(), at::arange(15, at::kByte).reshape({3, 5}))) << shape;
    EXPECT_EQ(mask.data().height, 3);
    EXPECT_EQ(mask.data().width, 5);
  }
}

TEST(Mask, TakesTensorsOfAnyStrides) {
  const at::Tensor labels = at::arange(15, at::kByte).reshape({3, 5});
  EXPECT_TRUE(same(Mask(labels.t()).data().checked_labels(), labels.t().contiguous()));
  EXPECT_TRUE(Mask(labels.t()).data().checked_labels().is_contiguous());
  EXPECT_TRUE(same(Mask(bytes({7}).expand({2, 3})).data().checked_labels(), at::full({2, 3}, 7, at::kByte)));
}

TEST(Mask, RefusesOtherIds) {
  for (const double id : {256.0, -1.0, 1e6}) {
    for (const auto dtype : {at::kInt, at::kLong, at::kFloat, at::kDouble}) {
      EXPECT_NE(refusal<c10::ValueError>([&] {
                  Mask(ids({0, id}, dtype));
                }).find("expected class ids to be whole numbers from 0 to 255, got "),
                std::string::npos)
          << id << ' ' << dtype;
    }
  }
  EXPECT_THROW(Mask(ids({0, -1}, at::kChar)), c10::ValueError);
  for (const double id : {1.5, -0.25, double(NAN), double(INFINITY)}) {
    EXPECT_THROW(Mask(ids({0, id}, at::kFloat)), c10::ValueError) << id;
    EXPECT_THROW(Mask(ids({0, id}, at::kHalf)), c10::ValueError) << id;
  }
}

TEST(Mask, RefusesOtherShapesAndTypes) {
  for (const auto& shape : std::vector<std::vector<std::int64_t>>{{}, {4}, {2, 3, 4}, {1, 1, 3, 4}, {0, 4}}) {
    EXPECT_THROW(Mask(at::zeros(shape, at::kByte)), c10::ValueError) << shape;
  }
  EXPECT_THROW(Mask{at::Tensor()}, c10::TypeError);
  EXPECT_THROW(Mask(at::zeros({2, 2}, at::kComplexFloat)), c10::TypeError);
  EXPECT_THROW(Mask(at::empty({2, 2}, at::TensorOptions(at::kMeta).dtype(at::kByte))), c10::TypeError);
}

TEST(Mask, TakesTheValuesNow) {
  for (const auto dtype : {at::kByte, at::kLong}) {
    at::Tensor labels = at::ones({2, 2}, dtype);
    const Mask mask(labels);
    labels.fill_(9);
    EXPECT_TRUE(same(mask.data().checked_labels(), at::ones({2, 2}, at::kByte))) << dtype;
  }
}

TEST(Mask, NamesTheIdsItHoldsUnlessToldOthers) {
  const Mask plain(ids({7, 0, 255, 7}, at::kInt));
  EXPECT_EQ(plain.data().class_names({}), (Names{{0, "class_0"}, {7, "class_7"}, {255, "class_255"}}));
  EXPECT_EQ(plain.data().class_names({"sky", "road"}), (Names{{0, "sky"}, {1, "road"}})) << "the image's";
  const Mask named(ids({7, 0}, at::kInt), {"a", "b"});
  EXPECT_EQ(named.data().class_names({}), (Names{{0, "a"}, {1, "b"}}));
  EXPECT_EQ(named.data().class_names({"sky"}), (Names{{0, "a"}, {1, "b"}})) << "its own come first";
}

}  // namespace
}  // namespace sconce
