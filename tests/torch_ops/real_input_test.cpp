#include "torch_ops/real_input.h"

#include <cstdint>

#include "same.h"

namespace sconce::ops {
namespace {

TEST(RealInput, KeepsEveryOrdinaryDtype) {
  for (const auto dtype : {at::kBool, at::kByte, at::kChar, at::kShort, at::kInt, at::kLong, at::kHalf,
                           at::kBFloat16, at::kFloat, at::kDouble}) {
    const at::Tensor tensor = at::ones({2}, dtype);
    EXPECT_EQ(real_input(tensor, "x").scalar_type(), dtype);
    EXPECT_TRUE(real_input(tensor, "x").is_alias_of(tensor)) << dtype;
  }
}

TEST(RealInput, LeavesAutograd) {
  const at::Tensor tensor = at::ones({2}, at::TensorOptions(at::kFloat).requires_grad(true)).mul(2);
  EXPECT_FALSE(real_input(tensor, "x").requires_grad());
}

TEST(RealInput, Dequantizes) {
  const at::Tensor quantized = at::quantize_per_tensor(at::arange(3, at::kFloat), 0.5, 1, at::kQUInt8);
  EXPECT_TRUE(same(real_input(quantized, "x"), at::arange(3, at::kFloat)));
}

TEST(RealInput, WidensUnsignedIntegersWhereLibTorchHasThem) {
  if (static_cast<int>(at::ScalarType::NumOptions) < 30) GTEST_SKIP() << "LibTorch before 2.3";
  // The numbers of UInt16, UInt32 and UInt64, whose names 1.13 does not have.
  for (const int number : {27, 28, 29}) {
    const auto dtype = static_cast<at::ScalarType>(number);
    const at::Tensor widened = real_input(at::tensor({0, 255, 65535}, at::kInt).to(dtype), "x");
    EXPECT_TRUE(same(widened.to(at::kLong), at::tensor({0, 255, 65535}, at::kLong))) << dtype;
  }
  const at::Tensor large = at::tensor({std::int64_t{-1}, std::int64_t{5}}, at::kLong);
  const at::Tensor saturated = real_input(large.view(static_cast<at::ScalarType>(29)), "x");
  EXPECT_TRUE(same(saturated, at::tensor({INT64_MAX, std::int64_t{5}}, at::kLong)));
}

TEST(RealInput, RefusesWhatHasNoRealNumbersAndNamesIt) {
  EXPECT_THROW(real_input(at::Tensor(), "x"), c10::TypeError);
  EXPECT_THROW(real_input(at::zeros({2}, at::kComplexFloat), "x"), c10::TypeError);
  EXPECT_THROW(real_input(at::zeros({2}, at::TensorOptions().device(at::kMeta)), "x"), c10::TypeError);
  EXPECT_THROW(real_input(at::ones({2, 2}).to_sparse(), "x"), c10::TypeError);
  try {
    real_input(at::zeros({2, 3}, at::kComplexFloat), "image");
    FAIL() << "nothing was thrown";
  } catch (const c10::TypeError& error) {
    EXPECT_STREQ(
        error.what_without_backtrace(),
        "expected image to be a dense tensor of real numbers that holds data, got complex64 [2, 3] on cpu");
  }
}

}  // namespace
}  // namespace sconce::ops
