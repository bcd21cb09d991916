#include "sconce/histogram.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>

#include "support/refusal.h"
#include "values/histogram_data.h"

namespace sconce {
namespace {

using test::refusal;

std::string json_of(const at::Tensor& values, std::int64_t bins) {
  return Histogram(values, bins).data().json().dump();
}

TEST(Histogram, CountsLikeNumpy) {
  EXPECT_EQ(json_of(at::tensor({0.0, 1.0, 1.5, 4.0, 3.0}), 4),
            R"({"_type":"histogram","values":[1,2,0,2],"bins":[0.0,1.0,2.0,3.0,4.0]})");
}

TEST(Histogram, CountsWhatIsNotFinite) {
  EXPECT_EQ(json_of(at::tensor({0.0, NAN, 2.0, INFINITY, -INFINITY}), 2),
            R"({"_type":"histogram","values":[1,1],"bins":[0.0,1.0,2.0],"non_finite":3})");
  EXPECT_EQ(json_of(at::full({2, 2}, NAN), 1),
            R"({"_type":"histogram","values":[0],"bins":[0.0,1.0],"non_finite":4})");
}

TEST(Histogram, TakesNoValuesAtAll) {
  EXPECT_EQ(json_of(at::empty({0, 3}), 2), R"({"_type":"histogram","values":[0,0],"bins":[0.0,0.5,1.0]})");
}

TEST(Histogram, TakesEveryShapeAndDtype) {
  for (const auto dtype : {at::kByte, at::kChar, at::kShort, at::kInt, at::kLong, at::kHalf, at::kBFloat16,
                           at::kFloat, at::kDouble}) {
    EXPECT_EQ(json_of(at::arange(4, at::kLong).to(dtype).reshape({2, 1, 2}), 3),
              R"({"_type":"histogram","values":[1,1,2],"bins":[0.0,1.0,2.0,3.0]})")
        << dtype;
  }
  EXPECT_EQ(json_of(at::tensor({1, 0, 1}, at::kInt).to(at::kBool), 1),
            R"({"_type":"histogram","values":[3],"bins":[0.0,1.0]})");
  EXPECT_EQ(json_of(at::scalar_tensor(5), 1), R"({"_type":"histogram","values":[1],"bins":[4.5,5.5]})");
}

TEST(Histogram, Has64BinsUnlessTold) {
  const Histogram histogram(at::rand({100}));
  const HistogramData& data = histogram.data();
  EXPECT_EQ(data.counts.get().numel(), 64);
  EXPECT_EQ(data.edges.get().numel(), 65);
  EXPECT_EQ(data.values, 100);
}

TEST(Histogram, TakesTheValuesNow) {
  at::Tensor values = at::tensor({0.0, 4.0});
  const Histogram histogram(values, 1);
  values.fill_(100);
  EXPECT_EQ(histogram.data().json().dump(), R"({"_type":"histogram","values":[2],"bins":[0.0,4.0]})");
}

TEST(Histogram, RefusesBinsThatWandbDoesNotShow) {
  EXPECT_EQ(refusal<c10::ValueError>([] { Histogram(at::rand({4}), 0); }), "expected bins from 1 to 512, got 0");
  EXPECT_EQ(refusal<c10::ValueError>([] { Histogram(at::rand({4}), 513); }),
            "expected bins from 1 to 512, got 513");
  EXPECT_EQ(Histogram(at::rand({4}), 512).data().counts.get().numel(), 512);
}

TEST(Histogram, RefusesWhatIsNoNumber) {
  EXPECT_THROW(Histogram{at::Tensor()}, c10::TypeError);
  EXPECT_THROW(Histogram(at::zeros({2}, at::kComplexFloat)), c10::TypeError);
  EXPECT_THROW(Histogram(at::empty({2}, at::TensorOptions(at::kMeta))), c10::TypeError);
}

}  // namespace
}  // namespace sconce
