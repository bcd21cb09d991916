#include "terminal/run_report.h"

#include <gtest/gtest.h>

#include <sstream>

#include "terminal/display_text.h"

namespace sconce::terminal {
namespace {

std::string shown(std::string_view json) { return shown_value(json).value_or("(nothing)"); }

TEST(ShownValue, ShortensNumbersAsWandb) {
  EXPECT_EQ(shown("122.2222211"), "122.22222");
  EXPECT_EQ(shown("0.123456789"), "0.12346");
  EXPECT_EQ(shown("1.0"), "1");
  EXPECT_EQ(shown("-2.5"), "-2.5");
  EXPECT_EQ(shown("12222222112188"), "12222222112188");
  EXPECT_EQ(shown("18446744073709551615"), "18446744073709551615");
  EXPECT_EQ(shown("1.5e300"), "1.5e+300");
  EXPECT_EQ(shown("0.0"), "0");
}

TEST(ShownValue, KeepsTheDigitsOfSmallNumbers) {
  EXPECT_EQ(shown("0.0003"), "0.0003");
  EXPECT_EQ(shown("1.23456789e-07"), "1.2346e-07");
  EXPECT_EQ(shown("-1.23456789e-07"), "-1.2346e-07");
}

TEST(ShownValue, ShowsTextAndSwitches) {
  EXPECT_EQ(shown("\"two words\""), "two words");
  EXPECT_EQ(shown("\"NaN\""), "NaN");
  EXPECT_EQ(shown("true"), "true");
  EXPECT_EQ(shown("null"), "null");
}

TEST(ShownValue, ShowsTheMembersOfObjects) {
  EXPECT_EQ(shown(R"({"min":0.33})"), "min 0.33");
  EXPECT_EQ(shown(R"({"min":0.333333333,"max":2,"in":{"a":"x"},"list":[1]})"), "min 0.33333, max 2, in a x");
}

TEST(ShownValue, LeavesOutMediaAndLists) {
  EXPECT_EQ(shown_value(R"({"_type":"image-file","path":"x"})"), std::nullopt);
  EXPECT_EQ(shown_value("[1,2]"), std::nullopt);
  EXPECT_EQ(shown_value("{}"), std::nullopt);
}

TEST(StartLine, IsOneLine) {
  EXPECT_EQ(start_line("digits", "wandb/offline-run-1"), "sconce: run digits in wandb/offline-run-1\n");
  EXPECT_EQ(start_line("a\nb", "c\nd"), "sconce: run a\\nb in c\\nd\n");
}

TEST(EndLines, SayLittleOfARunWithoutRows) {
  RunReport report;
  report.path = "my runs/x";
  EXPECT_EQ(end_lines(report, 80),
            "sconce:\n"
            "sconce: 0 rows\n"
            "sconce: To upload this run:\n"
            "sconce: wandb sync 'my runs/x'\n");
}

TEST(EndLines, HoldAllThereIs) {
  RunReport report;
  report.histories = {{"loss", {2, 1}}, {"nothing", {}}, {"accuracy", {0, 1}}};
  report.more_histories = 3;
  report.summary = {{"loss", "1"}, {"accuracy", "1"}};
  report.more_summary = 4;
  report.rows = 2;
  report.media_files = 3;
  report.media_bytes = 1'250'000;
  report.seconds_waited = 1.26;
  report.errors = 2;
  report.last_error = "write: No space left on device";
  report.losses = "1 logged value is lost: 'a' at step 2; first because: no\nroom";
  report.path = "run";
  EXPECT_EQ(end_lines(report, 80),
            "sconce:\n"
            "sconce: Run history:\n"
            "sconce:     loss █▁\n"
            "sconce: accuracy ▁█\n"
            "sconce: + 3 more\n"
            "sconce:\n"
            "sconce: Run summary:\n"
            "sconce:     loss 1\n"
            "sconce: accuracy 1\n"
            "sconce: + 4 more\n"
            "sconce:\n"
            "sconce: 2 rows, 3 media files of 1.2 MB\n"
            "sconce: log() waited 1.3 s for room\n"
            "sconce: 2 errors, the last: write: No space left on device\n"
            "sconce: 1 logged value is lost: 'a' at step 2; first because: no\\nroom\n"
            "sconce: To upload this run:\n"
            "sconce: wandb sync run\n");
}

TEST(EndLines, HaveTablesThatFitTheTerminal) {
  RunReport report;
  const std::string long_key(200, 'k');
  report.histories = {{long_key, std::vector<double>(80, 1.0)}, {"short", std::vector<double>(80, 1.0)}};
  report.summary = {{long_key, std::string(500, 'v')}, {"short", "学習学習学習学習学習学習学習学習学習学習"}};
  report.path = "r";
  for (const std::size_t width : {30U, 40U, 80U, 200U}) {
    std::istringstream lines(end_lines(report, width));
    std::size_t widest = 0;
    for (std::string line; std::getline(lines, line);) {
      widest = std::max(widest, columns_of(line));
    }
    EXPECT_LE(widest, width);
    EXPECT_GE(widest, width - 1);
  }
}

TEST(ProgressText, CountsWhatIsLeft) {
  EXPECT_EQ(progress_text(1, 0, 999), "sconce: finishing: 1 row and 0 images to write, 999 B");
  EXPECT_EQ(progress_text(12, 1, 230'100'000), "sconce: finishing: 12 rows and 1 image to write, 230.1 MB");
}

}  // namespace
}  // namespace sconce::terminal
