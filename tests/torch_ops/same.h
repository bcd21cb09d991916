#pragma once

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

/// Same dtype, same sizes, same bits but for NaN, which equals itself.
inline testing::AssertionResult same(const at::Tensor& actual, const at::Tensor& expected) {
  if (actual.scalar_type() != expected.scalar_type() || actual.sizes() != expected.sizes()) {
    return testing::AssertionFailure() << "got " << actual.scalar_type() << ' ' << actual.sizes() << ", expected "
                                       << expected.scalar_type() << ' ' << expected.sizes();
  }
  if (actual.eq(expected).logical_or(actual.ne(actual).logical_and(expected.ne(expected))).all().item<bool>()) {
    return testing::AssertionSuccess();
  }
  return testing::AssertionFailure() << "got\n" << actual << "\nexpected\n" << expected;
}

inline at::Tensor bytes(const std::vector<std::int64_t>& values, at::IntArrayRef sizes) {
  return at::tensor(values, at::kLong).to(at::kByte).reshape(sizes);
}

inline at::Tensor bytes(const std::vector<std::int64_t>& values) {
  return bytes(values, {static_cast<std::int64_t>(values.size())});
}
