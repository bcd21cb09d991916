#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "sconce/sconce.h"
#include "support/run_reader.h"

namespace sconce {
namespace {

using nlohmann::ordered_json;

class LoggerTest : public testing::Test {
 protected:
  RunOptions options() const { return RunOptions("test").dir(folder_.path()); }
  test::TemporaryFolder folder_;
};

TEST_F(LoggerTest, WritesEveryKindOfValue) {
  sconce::Run run(options());
  run.log({{"yes", true},
           {"int", -3},
           {"big", std::uint64_t{18446744073709551615U}},
           {"size", std::size_t{7}},
           {"float", 0.1F},
           {"double", 0.1},
           {"one", 1.0},
           {"text", "a \"b\" \n"},
           {"string", std::string("\xe7\x8c\xab")},
           {"loss", at::full({}, 2.5)},
           {"count", at::full({1, 1}, 9, at::kLong)},
           {"flag", at::full({1}, true, at::kBool)},
           {"nested", Row{{"x", Row{{"y", 1}}}, {"z", "t"}}}});
  run.finish();
  const auto rows = test::read_rows(run.dir());
  ASSERT_EQ(rows.size(), 1U);
  ordered_json row = rows[0];
  row.erase("_timestamp");
  row.erase("_runtime");
  EXPECT_EQ(row.dump(),
            "{\"yes\":true,\"int\":-3,\"big\":18446744073709551615,\"size\":7,\"float\":0.10000000149011612,"
            "\"double\":0.1,"
            "\"one\":1.0,\"text\":\"a \\\"b\\\" "
            "\\n\",\"string\":\"\xe7\x8c\xab\",\"loss\":2.5,\"count\":9,\"flag\":true,"
            "\"nested\":{\"x\":{\"y\":1},\"z\":\"t\"},\"_step\":0}");
}

TEST_F(LoggerTest, WritesNonFiniteNumbersAsStrings) {
  sconce::Run run(options());
  const double infinity = std::numeric_limits<double>::infinity();
  run.log({{"nan", std::nan("")}, {"up", infinity}, {"down", -infinity}, {"tensor", at::full({}, infinity)}});
  run.finish();
  const ordered_json row = test::read_rows(run.dir()).at(0);
  EXPECT_EQ(row.at("nan"), "NaN");
  EXPECT_EQ(row.at("up"), "Infinity");
  EXPECT_EQ(row.at("down"), "-Infinity");
  EXPECT_EQ(row.at("tensor"), "Infinity");
}

TEST_F(LoggerTest, EndsRowsWithTimesAndStepInTodaysOrder) {
  sconce::Run run(options());
  run.log("a", 1);
  run.finish();
  const ordered_json row = test::read_rows(run.dir()).at(0);
  std::vector<std::string> keys;
  for (const auto& member : row.items()) {
    keys.push_back(member.key());
  }
  EXPECT_EQ(keys, (std::vector<std::string>{"a", "_timestamp", "_runtime", "_step"}));
  EXPECT_TRUE(row.at("_timestamp").is_number_float());
  EXPECT_GT(row.at("_timestamp"), 1.6e9);
  EXPECT_TRUE(row.at("_runtime").is_number_float());
  EXPECT_GE(row.at("_runtime"), 0.0);
  EXPECT_TRUE(row.at("_step").is_number_integer());
}

TEST_F(LoggerTest, KeepsTimesThatAreGiven) {
  sconce::Run run(options());
  run.log({{"_timestamp", 1.5e9}, {"a", 1}, {"_runtime", 7}});
  run.finish();
  const ordered_json row = test::read_rows(run.dir()).at(0);
  EXPECT_EQ(row.at("_timestamp"), 1.5e9);
  EXPECT_EQ(row.at("_runtime"), 7);
}

TEST_F(LoggerTest, PrefixesAddUp) {
  sconce::Run run(options());
  const Logger validation = run.logger("val/");
  validation.with_prefix("head2/").log("loss", 1);
  Logger(validation).log({{"a", 1}, {"b", 2}});
  run.finish();
  const auto rows = test::read_rows(run.dir());
  EXPECT_EQ(test::user_keys(rows[0]), (std::vector<std::string>{"val/head2/loss"}));
  EXPECT_EQ(test::user_keys(rows[1]), (std::vector<std::string>{"val/a", "val/b"}));
}

TEST_F(LoggerTest, WithoutARunLogsNowhere) {
  Logger nowhere;
  EXPECT_FALSE(nowhere);
  nowhere.log("a", 1);
  nowhere.log({{"a", 1}}, 3);
  nowhere.with_prefix("x/").log("", 1);
  sconce::Run run(options());
  EXPECT_TRUE(run.logger());
}

TEST_F(LoggerTest, TakesValuesAtTheCall) {
  sconce::Run run(options());
  at::Tensor loss = at::full({}, 1.0);
  at::Tensor bytes = at::full({4, 5, 3}, 7, at::kByte);
  run.log({{"loss", loss}, {"image", Image(bytes)}}, 0);
  loss.fill_(2.0);
  bytes.fill_(9);
  Image image(bytes);
  bytes.fill_(11);
  EXPECT_EQ(image.pixels().max().item<int>(), 9);
  run.finish();
  EXPECT_EQ(test::read_rows(run.dir()).at(0).at("loss"), 1.0);
}

TEST_F(LoggerTest, TheLaterOfTwoEqualKeysInARowWins) {
  sconce::Run run(options());
  run.log({{"a", Image(at::zeros({4, 4}))}, {"b", 1}, {"a", Image(at::ones({4, 4}))}});
  run.finish();
  EXPECT_EQ(test::user_keys(test::read_rows(run.dir()).at(0)), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(test::media_files(run.dir()).size(), 1U);
}

TEST_F(LoggerTest, OnlyTheFileOfTheLastValueOfAnOpenRowIsWritten) {
  sconce::Run run(options());
  run.log("a", Image(at::zeros({4, 4})), 1);
  run.log("a", Image(at::ones({4, 4})), 1);
  run.finish();
  const auto files = test::media_files(run.dir());
  ASSERT_EQ(files.size(), 1U);
  EXPECT_EQ(test::read_rows(run.dir()).at(0).at("a").at("path"), files[0]);
}

TEST_F(LoggerTest, TextThatIsNotUtf8IsMadeSo) {
  sconce::Run run(options());
  run.log("k\xff", "v\xfe");
  run.finish();
  const ordered_json row = test::read_rows(run.dir()).at(0);
  EXPECT_EQ(row.at("k\xef\xbf\xbd"), "v\xef\xbf\xbd");
}

}  // namespace
}  // namespace sconce
