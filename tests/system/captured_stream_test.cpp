#include "system/captured_stream.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "support/run_reader.h"

namespace sconce::system {
namespace {

using Reading = CapturedStream::Reading;

/// Stdout goes to a file of the test.
class CapturedStreamTest : public testing::Test {
 protected:
  void SetUp() override {
    std::fflush(stdout);
    before_ = ::dup(STDOUT_FILENO);
    const int file = ::open((folder_.path() / "out").c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
    ::dup2(file, STDOUT_FILENO);
    ::close(file);
  }
  void TearDown() override {
    ::dup2(before_, STDOUT_FILENO);
    ::close(before_);
  }
  static void say(const std::string& text) {
    ASSERT_EQ(::write(STDOUT_FILENO, text.data(), text.size()), static_cast<ssize_t>(text.size()));
  }
  std::string shown() const { return test::read_text(folder_.path() / "out"); }

  test::TemporaryFolder folder_;
  int before_ = -1;
};

TEST_F(CapturedStreamTest, IsReadAndShown) {
  CapturedStream stream(STDOUT_FILENO);
  std::string text = "left over";
  EXPECT_EQ(stream.read(text), Reading::Nothing);
  EXPECT_EQ(text, "");
  say("one\n");
  EXPECT_EQ(stream.read(text), Reading::Some);
  EXPECT_EQ(text, "one\n");
  EXPECT_EQ(shown(), "one\n");
}

TEST_F(CapturedStreamTest, GivenBackItComesToItsEnd) {
  CapturedStream stream(STDOUT_FILENO);
  say("captured ");
  stream.give_back();
  std::string text;
  EXPECT_EQ(stream.read(text), Reading::Some);
  EXPECT_EQ(text, "captured ");
  EXPECT_EQ(stream.read(text), Reading::End);
  say("not captured");
  EXPECT_EQ(stream.read(text), Reading::End);
  EXPECT_EQ(text, "");
  EXPECT_EQ(shown(), "captured not captured");
}

TEST_F(CapturedStreamTest, IsGivenBackWithTheObject) {
  { const CapturedStream stream(STDOUT_FILENO); }
  say("shown");
  EXPECT_EQ(shown(), "shown");
}

TEST_F(CapturedStreamTest, WhatTheProgramPutInItsPlaceStays) {
  const int other = ::open((folder_.path() / "other").c_str(), O_WRONLY | O_CREAT, 0600);
  {
    const CapturedStream stream(STDOUT_FILENO);
    ::dup2(other, STDOUT_FILENO);
    ::close(other);
  }
  say("to the other");
  EXPECT_EQ(shown(), "");
  EXPECT_EQ(test::read_text(folder_.path() / "other"), "to the other");
}

TEST_F(CapturedStreamTest, ClosedThereIsNothingToCapture) {
  ::close(STDOUT_FILENO);
  CapturedStream stream(STDOUT_FILENO);
  std::string text;
  EXPECT_EQ(stream.read(text), Reading::End);
  EXPECT_LT(stream.reading_end(), 0);
}

TEST_F(CapturedStreamTest, ATerminalStaysATerminalAndItsTextAsItIs) {
  const int terminal = ::posix_openpt(O_RDWR | O_NOCTTY);
  ASSERT_TRUE(terminal >= 0 && ::grantpt(terminal) == 0 && ::unlockpt(terminal) == 0);
  const int slave = ::open(::ptsname(terminal), O_RDWR | O_NOCTTY);
  ASSERT_GE(slave, 0);
  ::dup2(slave, STDOUT_FILENO);
  ::close(slave);
  CapturedStream stream(STDOUT_FILENO);
  EXPECT_EQ(::isatty(STDOUT_FILENO), 1);
  say("\x1b[1mbold\x1b[0m\n");
  std::string text;
  EXPECT_EQ(stream.read(text), Reading::Some);
  EXPECT_EQ(text, "\x1b[1mbold\x1b[0m\n");
  std::string at_terminal(100, '\0');
  at_terminal.resize(static_cast<std::size_t>(::read(terminal, at_terminal.data(), at_terminal.size())));
  EXPECT_EQ(at_terminal, "\x1b[1mbold\x1b[0m\r\n") << "done by the real one, once";
  stream.give_back();
  EXPECT_EQ(stream.read(text), Reading::End);
  ::close(terminal);
}

}  // namespace
}  // namespace sconce::system
