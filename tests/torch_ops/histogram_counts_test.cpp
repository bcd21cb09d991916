#include <cmath>
#include <limits>

#include "same.h"
#include "sconce/ops.h"

namespace sconce {
namespace {

void expect_histogram(const at::Tensor& values, const std::vector<std::int64_t>& counts, const at::Tensor& edges) {
  const auto [got_counts, got_edges] = ops::histogram_counts(values, static_cast<std::int64_t>(counts.size()));
  EXPECT_TRUE(same(got_counts, at::tensor(counts, at::kLong)));
  EXPECT_TRUE(same(got_edges, edges));
}

at::Tensor doubles(const std::vector<double>& values) { return at::tensor(values, at::kDouble); }
at::Tensor floats(const std::vector<double>& values) { return doubles(values).to(at::kFloat); }

// The numbers are those of numpy.histogram, numpy 1.24.2.
TEST(HistogramCounts, EqualsNumpyForFloats) {
  expect_histogram(floats({0.1, 0.2, 0.3, 0.3, 0.7, 1.0, -0.5, 0.95}), {1, 2, 2, 3},
                   floats({-0.5, -0.125, 0.25, 0.625, 1.0}));
  const at::Tensor tenths = at::arange(11, at::kFloat).div(10);
  expect_histogram(tenths, {1, 1, 1, 1, 1, 1, 1, 1, 1, 2}, tenths);
}

TEST(HistogramCounts, EqualsNumpyForDoubles) {
  expect_histogram(doubles({0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0}), {1, 1, 2, 0, 1, 2, 1, 0, 1, 2},
                   doubles({0, 0.1, 0.2, 0.30000000000000004, 0.4, 0.5, 0.6000000000000001, 0.7000000000000001,
                            0.8, 0.9, 1.0}));
}

TEST(HistogramCounts, EqualsNumpyForIntegers) {
  for (const auto dtype : {at::kChar, at::kShort, at::kInt, at::kLong}) {
    expect_histogram(at::tensor({-3, -1, 0, 0, 2, 5, 5, 5, 9}, at::kInt).to(dtype), {2, 2, 1, 3, 1},
                     doubles({-3.0, -0.6000000000000001, 1.7999999999999998, 4.199999999999999, 6.6, 9.0}));
  }
  expect_histogram(bytes({0, 255, 128, 127, 64}), {2, 2, 1}, doubles({0, 85, 170, 255}));
}

TEST(HistogramCounts, EqualsNumpyForAConstant) {
  expect_histogram(floats({3, 3, 3}), {0, 0, 3, 0}, floats({2.5, 2.75, 3, 3.25, 3.5}));
}

TEST(HistogramCounts, TakesHalfAndBoolAndAnyShape) {
  const at::Tensor values = floats({0.0, 0.25, 0.5, 1.0}).reshape({2, 2});
  expect_histogram(values.to(at::kHalf), {2, 2}, floats({0, 0.5, 1}));
  expect_histogram(values.to(at::kBFloat16).t(), {2, 2}, floats({0, 0.5, 1}));
  expect_histogram(values.gt(0.3), {2, 2}, doubles({0, 0.5, 1}));
  expect_histogram(floats({2}).squeeze(), {0, 1}, floats({1.5, 2, 2.5}));
}

TEST(HistogramCounts, LeavesOutWhatIsNotFinite) {
  const at::Tensor values = floats({0.0, NAN, 1.0, INFINITY, -INFINITY, 0.25});
  expect_histogram(values, {2, 1}, floats({0, 0.5, 1}));
  expect_histogram(values, {3}, floats({0, 1}));
}

TEST(HistogramCounts, GivesEdgesFromZeroToOneForNothing) {
  expect_histogram(at::empty({0, 3}), {0, 0}, floats({0, 0.5, 1}));
  expect_histogram(at::empty({0}, at::kInt), {0, 0}, doubles({0, 0.5, 1}));
  expect_histogram(floats({NAN, INFINITY, -INFINITY}), {0, 0}, floats({0, 0.5, 1}));
}

TEST(HistogramCounts, TakesRangesThatTheirTypeCannotHold) {
  constexpr double kMax = std::numeric_limits<double>::max();
  expect_histogram(doubles({-kMax, 0, kMax}), {1, 2}, doubles({-kMax, 0, kMax}));
  constexpr float kMaxFloat = std::numeric_limits<float>::max();
  expect_histogram(at::tensor({-kMaxFloat, 0.0F, kMaxFloat}), {1, 2}, at::tensor({-kMaxFloat, 0.0F, kMaxFloat}));
}

TEST(HistogramCounts, CountsEveryFiniteValueOnce) {
  const at::Tensor values = at::arange(100000, at::kFloat).mul(0.7310585).sin().mul(3.3);
  for (const std::int64_t bins : {1, 2, 3, 64, 511, 512}) {
    const auto [counts, edges] = ops::histogram_counts(values, bins);
    EXPECT_EQ(counts.sum().item<std::int64_t>(), 100000);
    EXPECT_EQ(edges.numel(), bins + 1);
    EXPECT_TRUE(same(edges[0], values.min()));
    EXPECT_TRUE(same(edges[bins], values.max()));
  }
}

TEST(HistogramCounts, RefusesOtherNumbersOfBins) {
  for (const std::int64_t bins : {-1, 0, 513}) {
    EXPECT_THROW(ops::histogram_counts(at::zeros({3}), bins), c10::ValueError) << bins;
  }
  EXPECT_THROW(ops::histogram_counts(at::zeros({3}, at::kComplexFloat)), c10::TypeError);
}

}  // namespace
}  // namespace sconce
