#include "terminal/shell.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <cstdio>
#include <filesystem>
#include <memory>

#include "support/run_reader.h"

namespace sconce::terminal {
namespace {

namespace fs = std::filesystem;

/// What bash makes of a word.
std::string read_by_bash(const std::string& word, const fs::path& folder) {
  std::FILE* const script = std::fopen((folder / "script").c_str(), "w");
  std::fputs(("printf %s " + word + " >'" + (folder / "out").string() + "'").c_str(), script);
  std::fclose(script);
  EXPECT_EQ(std::system(("bash '" + (folder / "script").string() + "'").c_str()), 0);
  return test::read_text(folder / "out");
}

TEST(ShellWord, IsPlainWhereThatWillDo) {
  EXPECT_EQ(shell_word("wandb/offline-run-20261125_232624-6woqviwn"),
            "wandb/offline-run-20261125_232624-6woqviwn");
}

TEST(ShellWord, IsQuotedWhereTheShellWouldReadIt) {
  EXPECT_EQ(shell_word("my runs/$x"), "'my runs/$x'");
  EXPECT_EQ(shell_word("it's"), "'it'\\''s'");
  EXPECT_EQ(shell_word(""), "''");
  EXPECT_EQ(shell_word("~"), "'~'");
  EXPECT_EQ(shell_word("学習"), "'学習'");
}

TEST(ShellWord, IsEscapedWhereItIsNotPrintable) { EXPECT_EQ(shell_word("a\nb'\\"), "$'a\\x0ab\\'\\\\'"); }

TEST(ShellWord, MeansTheSameToBash) {
  const test::TemporaryFolder folder;
  for (const std::string text : {"plain", "with space", "it's $HOME `ls` \"x\"",
                                 "a\nb\x1b[31m\xff\xe2\x80\xae'\\n", "!history", "*", "-x", "学習"}) {
    EXPECT_EQ(read_by_bash(shell_word(text), folder.path()), text);
  }
}

/// The process in a folder that the shell knows or does not.
class ShortestPath : public testing::Test {
 protected:
  void SetUp() override {
    fs::current_path(folder_.path());
    ::setenv("PWD", folder_.path().c_str(), 1);
  }
  void TearDown() override {
    fs::current_path(before_);
    ::setenv("PWD", before_.c_str(), 1);
  }

  const fs::path before_ = fs::current_path();
  test::TemporaryFolder folder_;
};

TEST_F(ShortestPath, IsRelativeToTheShellsFolder) {
  EXPECT_EQ(shortest_path(folder_.path() / "wandb/run"), "wandb/run");
  EXPECT_EQ(shortest_path(folder_.path() / "-run"), "./-run");
}

TEST_F(ShortestPath, IsAbsoluteWhereThatIsShorter) { EXPECT_EQ(shortest_path("/run"), "/run"); }

TEST_F(ShortestPath, IsAbsoluteWhereTheProcessHasMoved) {
  fs::create_directory(folder_.path() / "elsewhere");
  fs::current_path(folder_.path() / "elsewhere");
  EXPECT_EQ(shortest_path(folder_.path() / "wandb/run"), (folder_.path() / "wandb/run").string());
  ::unsetenv("PWD");
  EXPECT_EQ(shortest_path(folder_.path() / "elsewhere/run"), (folder_.path() / "elsewhere/run").string());
}

}  // namespace
}  // namespace sconce::terminal
