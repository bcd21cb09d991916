#include "sconce/classes.h"

#include <gtest/gtest.h>

#include <string>

namespace sconce {
namespace {

using Names = std::map<std::int64_t, std::string>;

TEST(Classes, CountsNamesFromZero) {
  const Classes classes{"sky", "road", "car"};
  EXPECT_EQ(classes.names(), (Names{{0, "sky"}, {1, "road"}, {2, "car"}}));
  EXPECT_TRUE(classes.contains(2));
  EXPECT_FALSE(classes.contains(3));
  EXPECT_FALSE(classes.contains(-1));
  EXPECT_FALSE(classes.empty());
}

TEST(Classes, TakesAnyIds) {
  const Classes classes(Names{{-1, "none"}, {7, "car"}, {1'000'000'000'000, "far"}});
  EXPECT_EQ(classes.names().size(), 3U);
  EXPECT_TRUE(classes.contains(-1));
  EXPECT_TRUE(classes.contains(1'000'000'000'000));
  EXPECT_FALSE(classes.contains(0));
}

TEST(Classes, MayBeEmpty) {
  for (const Classes& classes : {Classes(), Classes{}, Classes(Names{})}) {
    EXPECT_TRUE(classes.empty());
    EXPECT_FALSE(classes.contains(0));
    EXPECT_TRUE(classes.names().empty());
  }
}

TEST(Classes, MayHoldAnEmptyName) {
  const Classes classes{""};
  EXPECT_FALSE(classes.empty());
  EXPECT_EQ(classes.names(), (Names{{0, ""}}));
}

TEST(Classes, KeepsEqualNames) { EXPECT_EQ((Classes{"a", "a"}).names().size(), 2U); }

TEST(Classes, SharesItsNamesWithCopies) {
  const Classes classes{"sky"};
  const Classes copy = classes;  // NOLINT(performance-unnecessary-copy-initialization)
  EXPECT_EQ(&copy.names(), &classes.names());
}

}  // namespace
}  // namespace sconce
