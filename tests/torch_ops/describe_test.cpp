#include "torch_ops/describe.h"

namespace sconce::ops {
namespace {

TEST(Describe, NamesDtypeShapeAndDevice) {
  EXPECT_EQ(describe(at::zeros({5, 7, 2})), "float32 [5, 7, 2] on cpu");
  EXPECT_EQ(describe(at::zeros({}, at::kDouble)), "float64 [] on cpu");
  EXPECT_EQ(describe(at::empty({0, 3}, at::TensorOptions(at::kByte).device(at::kMeta))), "uint8 [0, 3] on meta");
}

TEST(Describe, SaysWhatIsOddAboutATensor) {
  EXPECT_EQ(describe(at::Tensor()), "an undefined tensor");
  EXPECT_EQ(describe(at::zeros({2, 2}).to_sparse()), "float32 [2, 2] (not strided) on cpu");
}

TEST(Describe, UsesTheNamesOfNumpy) {
  const std::pair<at::ScalarType, const char*> names[] = {
      {at::kBool, "bool"},
      {at::kChar, "int8"},
      {at::kShort, "int16"},
      {at::kInt, "int32"},
      {at::kLong, "int64"},
      {at::kHalf, "float16"},
      {at::kBFloat16, "bfloat16"},
      {at::kComplexFloat, "complex64"},
      {at::kComplexDouble, "complex128"},
      {at::kQUInt8, "quint8"},
  };
  for (const auto& [dtype, name] : names) EXPECT_EQ(dtype_name(dtype), name);
}

}  // namespace
}  // namespace sconce::ops
