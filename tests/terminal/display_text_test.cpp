#include "terminal/display_text.h"

#include <gtest/gtest.h>

namespace sconce::terminal {
namespace {

TEST(Printable, LeavesTextAsItIs) {
  for (const char* text : {"", "loss/train [1]", "Größe", "学習率", "🚀 x", "e\xcc\x81", "C:\\x"}) {
    EXPECT_EQ(printable(text), text);
  }
}

TEST(Printable, EscapesWhatATerminalWouldObey) {
  EXPECT_EQ(printable("a\nb\rc\td"), "a\\nb\\rc\\td");
  EXPECT_EQ(printable("\033[31mred\x7f"), "\\x1b[31mred\\x7f");
  EXPECT_EQ(printable(std::string_view("\0x", 2)), "\\x00x");
  EXPECT_EQ(printable("\xc2\x9b"
                      "31m"),
            "\\u009b31m");  // CSI in one character
  EXPECT_EQ(printable("\xe2\x80\xae"
                      "abc"),
            "\\u202eabc");                              // right to left from here
  EXPECT_EQ(printable("a\xe2\x80\xa8z"), "a\\u2028z");  // line separator
}

TEST(Printable, EscapesBytesThatAreNoUtf8) {
  EXPECT_EQ(printable("a\xff"), "a\\xff");
  EXPECT_EQ(printable("\xe2\x96"), "\\xe2\\x96");           // cut off
  EXPECT_EQ(printable("\xc0\xaf"), "\\xc0\\xaf");           // overlong
  EXPECT_EQ(printable("\xed\xa0\x80"), "\\xed\\xa0\\x80");  // a surrogate
}

TEST(Columns, AreThoseOfTheTerminal) {
  EXPECT_EQ(columns_of("abc"), 3U);
  EXPECT_EQ(columns_of("▁▂█"), 3U);
  EXPECT_EQ(columns_of("学習"), 4U);
  EXPECT_EQ(columns_of("e\xcc\x81"), 1U);
}

TEST(Cut, LeavesWhatFits) {
  EXPECT_EQ(cut("abcdef", 6), "abcdef");
  EXPECT_EQ(cut("", 0), "");
}

TEST(Cut, MarksWhatDoesNot) {
  EXPECT_EQ(cut("abcdefg", 6), "abc...");
  EXPECT_EQ(cut("学習率学習率", 8), "学習...");
  EXPECT_EQ(cut("abcdefg", 3), "...");
  EXPECT_EQ(cut("abcdefg", 1), ".");
}

}  // namespace
}  // namespace sconce::terminal
