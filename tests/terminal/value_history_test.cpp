#include "terminal/value_history.h"

#include <gtest/gtest.h>

namespace sconce::terminal {
namespace {

/// The history of 0, 1, 2, ...
ValueHistory count_to(int count) {
  ValueHistory history;
  for (int i = 0; i < count; ++i) {
    if (history.due() == 1) {
      history.keep(i);
    } else {
      history.pass(1);
    }
  }
  return history;
}

TEST(ValueHistory, KeepsAllWhileThereIsRoom) {
  const std::vector<double> values = count_to(79).values();
  ASSERT_EQ(values.size(), 79U);
  EXPECT_EQ(values.back(), 78);
}

TEST(ValueHistory, IsEvenlySpacedHoweverLong) {
  for (const int count : {80, 81, 82, 159, 160, 161, 1000, 123'456}) {
    const std::vector<double> values = count_to(count).values();
    ASSERT_GE(values.size(), ValueHistory::kMost / 2) << count;
    ASSERT_LT(values.size(), ValueHistory::kMost) << count;
    const double stride = values[1];
    for (std::size_t i = 0; i < values.size(); ++i) {
      ASSERT_EQ(values[i], static_cast<double>(i) * stride) << count;
    }
    EXPECT_LT(count - 1 - values.back(), stride * 2) << "up to the end";
  }
}

}  // namespace
}  // namespace sconce::terminal
