#include "sconce/row.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>

#include "support/refusal.h"

namespace sconce {
namespace {

using test::refusal;

template <typename T>
testing::AssertionResult holds(const Value& value, T expected) {
  const T* held = std::get_if<T>(&value.storage());
  if (held == nullptr) {
    return testing::AssertionFailure() << "holds alternative " << value.storage().index();
  }
  return *held == expected ? testing::AssertionSuccess() : testing::AssertionFailure() << "holds " << *held;
}

template <typename T>
void expect_integer() {
  using Integer = std::int64_t;
  EXPECT_TRUE(holds<Integer>(Value(std::numeric_limits<T>::max()), Integer{std::numeric_limits<T>::max()}));
  EXPECT_TRUE(holds<Integer>(Value(std::numeric_limits<T>::min()), Integer{std::numeric_limits<T>::min()}));
}

template <typename... T>
void expect_integers() {
  (expect_integer<T>(), ...);
}

TEST(Value, KeepsEveryIntegerThatIsSignedOrNarrow) {
  expect_integers<char, signed char, unsigned char, short, unsigned short, int, unsigned int, long, long long,
                  wchar_t, char16_t, char32_t>();
}

TEST(Value, KeepsUnsignedNumbersOf64Bits) {
  EXPECT_TRUE(holds<std::uint64_t>(Value(std::numeric_limits<std::uint64_t>::max()), 18446744073709551615ULL));
  EXPECT_TRUE(
      holds<std::uint64_t>(Value(std::numeric_limits<unsigned long long>::max()), 18446744073709551615ULL));
  EXPECT_TRUE(holds<std::uint64_t>(Value(std::size_t{3}), std::uint64_t{3}));
}

TEST(Value, TellsBoolFromNumbers) {
  EXPECT_TRUE(holds<bool>(Value(true), true));
  EXPECT_TRUE(holds<bool>(Value(false), false));
  EXPECT_TRUE(holds<std::int64_t>(Value(1), std::int64_t{1}));
}

TEST(Value, WidensFloatingPoint) {
  EXPECT_TRUE(holds<double>(Value(0.1), 0.1));
  EXPECT_TRUE(holds<double>(Value(0.1F), 0.10000000149011612));
  EXPECT_TRUE(holds<double>(Value(0.5L), 0.5));
  EXPECT_TRUE(holds<double>(Value(1.0), 1.0)) << "a float stays a float";
  EXPECT_TRUE(std::isnan(std::get<double>(Value(NAN).storage())));
}

TEST(Value, TakesText) {
  EXPECT_EQ(std::get<std::string>(Value(std::string_view("abc", 2)).storage()), "ab");
  EXPECT_TRUE(holds<std::string>(Value("a literal is no bool"), "a literal is no bool"));
  EXPECT_TRUE(holds<std::string>(Value(std::string("a\0b", 3)), std::string("a\0b", 3)));
  EXPECT_TRUE(holds<std::string>(Value(""), ""));
  EXPECT_EQ(refusal<c10::ValueError>([] { Value(static_cast<const char*>(nullptr)); }),
            "expected text, got a null pointer");
}

// Else a forgotten * would be logged as true.
static_assert(!std::is_constructible_v<Value, int*>);
static_assert(!std::is_constructible_v<Value, at::Tensor*>);

TEST(Value, TakesOneElementOfEveryDtype) {
  for (const auto dtype : {at::kByte, at::kChar, at::kShort, at::kInt, at::kLong}) {
    EXPECT_TRUE(holds<std::int64_t>(Value(at::full({}, 100, dtype)), std::int64_t{100})) << dtype;
  }
  for (const auto dtype : {at::kHalf, at::kBFloat16, at::kFloat, at::kDouble}) {
    EXPECT_TRUE(holds<double>(Value(at::full({}, -1.5, dtype)), -1.5)) << dtype;
  }
  EXPECT_TRUE(holds<bool>(Value(at::full({}, true, at::kBool)), true));
  EXPECT_TRUE(holds<double>(Value(at::quantize_per_tensor(at::full({1}, 0.5), 0.25, 0, at::kQUInt8)), 0.5));
  EXPECT_TRUE(holds<std::int64_t>(Value(at::full({}, std::numeric_limits<std::int64_t>::min(), at::kLong)),
                                  std::numeric_limits<std::int64_t>::min()));
  EXPECT_TRUE(std::isinf(std::get<double>(Value(at::full({}, INFINITY)).storage())));
}

TEST(Value, TakesOneElementOfAnyShape) {
  EXPECT_TRUE(holds<double>(Value(at::full({1}, 2.5)), 2.5));
  EXPECT_TRUE(holds<double>(Value(at::full({1, 1, 1}, 2.5)), 2.5));
  EXPECT_TRUE(holds<double>(Value(at::full({1}, 2.5).expand({1, 1})), 2.5));
  at::Tensor learned = at::full({}, 2.5);
  learned.requires_grad_(true);
  EXPECT_TRUE(holds<double>(Value(learned), 2.5));
}

TEST(Value, TakesTheTensorsValueNow) {
  at::Tensor loss = at::full({}, 2.5);
  const Value value(loss);
  loss.fill_(7);
  EXPECT_TRUE(holds<double>(value, 2.5));
}

TEST(Value, RefusesMoreOrFewerElements) {
  EXPECT_EQ(refusal<c10::ValueError>([] {
              Value(at::zeros({2, 3}));
            }),
            "expected a tensor of one element, got float32 [2, 3] on cpu; log a picture as Image(tensor) and a "
            "distribution as Histogram(tensor)");
  EXPECT_NE(refusal<c10::ValueError>([] { Value(at::zeros({0}, at::kByte)); }).find("got uint8 [0] on cpu"),
            std::string::npos);
}

TEST(Value, RefusesWhatIsNoNumber) {
  EXPECT_EQ(refusal<c10::TypeError>([] { Value{at::Tensor()}; }),
            "expected a one-element tensor of a real dtype, got an undefined tensor");
  EXPECT_NE(refusal<c10::TypeError>([] { Value(at::zeros({1}, at::kComplexFloat)); }).find("complex64 [1]"),
            std::string::npos);
  EXPECT_THROW(Value(at::empty({1}, at::TensorOptions(at::kMeta))), c10::TypeError);
  EXPECT_THROW(Value(at::ones({1}).to_sparse()), c10::TypeError);
}

TEST(Value, TakesPicturesDistributionsAndRows) {
  const Image image(at::zeros({2, 2}));
  EXPECT_TRUE(std::holds_alternative<Image>(Value(image).storage()));
  EXPECT_EQ(std::get<std::vector<Image>>(Value(std::vector<Image>{image, image}).storage()).size(), 2U);
  EXPECT_TRUE(std::holds_alternative<Histogram>(Value(Histogram(at::rand({4}))).storage()));
  const Value nested(Row{{"x", 1}});
  EXPECT_EQ(std::get<std::shared_ptr<const Row>>(nested.storage())->cells().front().first, "x");
}

TEST(Row, KeepsItsOrder) {
  const Row row{{"z", 1}, {"a", "text"}, {"m", Row{{"y", 2.5}, {"b", true}}}};
  ASSERT_EQ(row.cells().size(), 3U);
  EXPECT_EQ(row.cells()[0].first, "z");
  EXPECT_EQ(row.cells()[1].first, "a");
  EXPECT_EQ(row.cells()[2].first, "m");
  EXPECT_TRUE(Row().cells().empty());
}

TEST(Row, LetsTheLastValueOfAKeyWinInTheFirstOnesPlace) {
  Row row{{"loss", 1}, {"acc", 2}, {"loss", 3}};
  ASSERT_EQ(row.cells().size(), 2U);
  EXPECT_EQ(row.cells()[0].first, "loss");
  EXPECT_TRUE(holds<std::int64_t>(row.cells()[0].second, std::int64_t{3}));
  row.set("loss", "text").set("new", 5);
  ASSERT_EQ(row.cells().size(), 3U);
  EXPECT_TRUE(holds<std::string>(row.cells()[0].second, "text"));
  EXPECT_EQ(row.cells()[2].first, "new");
}

}  // namespace
}  // namespace sconce
