#include "store/append_file.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <random>
#include <string>
#include <utility>

#include "support/file_fixture.h"
#include "support/file_size_limit.h"
#include "support/run_reader.h"
#include "support/write_hook.h"

namespace sconce::store {
namespace {

namespace fs = std::filesystem;
using test::error_of;
using test::FileSizeLimit;
using test::interrupted_writes;
using test::read_text;
using test::WriteHook;

using AppendFileTest = test::FileTest;

TEST_F(AppendFileTest, GrowsByWhatIsAppended) {
  AppendFile file(in_folder("rows"));
  EXPECT_EQ(read_text(in_folder("rows")), "");
  file.append("one\n");
  file.append("");
  file.append("two\n");
  EXPECT_EQ(read_text(in_folder("rows")), "one\ntwo\n");
}

TEST_F(AppendFileTest, MustBeNewAndInAFolder) {
  std::ofstream(in_folder("rows")) << "another run's";
  EXPECT_EQ(error_of([&] { AppendFile file(in_folder("rows")); }), EEXIST);
  EXPECT_EQ(read_text(in_folder("rows")), "another run's");
  EXPECT_EQ(error_of([&] { AppendFile file(in_folder("missing/rows")); }), ENOENT);
}

TEST_F(AppendFileTest, TakesAllOfATextOrNothing) {
  AppendFile file(in_folder("rows"));
  file.append("first\n");
  {
    const FileSizeLimit disk(10);
    EXPECT_EQ(error_of([&] { file.append("second and too long\n"); }), EFBIG);
    EXPECT_EQ(read_text(in_folder("rows")), "first\n") << "what fitted of it is cut off";
    file.append("3rd\n");
    EXPECT_EQ(error_of([&] { file.append("x"); }), EFBIG);
  }
  file.append("second and too long\n");
  EXPECT_EQ(read_text(in_folder("rows")), "first\n3rd\nsecond and too long\n");
}

TEST_F(AppendFileTest, RefusesTextAfterItWasClosed) {
  AppendFile file(in_folder("rows"));
  file.append("a");
  file.close();
  EXPECT_EQ(error_of([&] { file.append("b"); }), EBADF);
  file.close();
  EXPECT_EQ(read_text(in_folder("rows")), "a");
}

TEST_F(AppendFileTest, KeepsItsSizeWhenMoved) {
  AppendFile first(in_folder("rows"));
  first.append("12345");
  AppendFile moved(std::move(first));
  AppendFile file;
  file = std::move(moved);
  const FileSizeLimit disk(7);
  EXPECT_EQ(error_of([&] { file.append("6789"); }), EFBIG);
  EXPECT_EQ(read_text(in_folder("rows")), "12345");
}

TEST_F(AppendFileTest, FinishesWritesThatAreShortOrInterrupted) {
  AppendFile file(in_folder("rows"));
  const WriteHook hook = interrupted_writes();
  file.append("one and two\n");
  file.append("three\n");
  EXPECT_EQ(read_text(in_folder("rows")), "one and two\nthree\n");
}

TEST_F(AppendFileTest, DoesNotAskForEverWhereNothingIsTaken) {
  AppendFile file(in_folder("rows"));
  {
    const WriteHook hook([](int, const void*, std::size_t) -> ssize_t { return 0; });
    EXPECT_EQ(error_of([&] { file.append("one\n"); }), EIO);
  }
  file.append("one\n");
  EXPECT_EQ(read_text(in_folder("rows")), "one\n");
}

/// Lines of up to `longest` bytes, numbered, until they are size bytes together.
std::string some_lines(std::size_t size, std::size_t longest, std::mt19937& random) {
  std::string lines;
  for (int i = 0; lines.size() < size; ++i) {
    lines += std::to_string(i) + std::string(random() % (longest - 10), '.') + "\n";
  }
  return lines;
}

std::string without_spaces(std::string text) {
  text.erase(std::remove(text.begin(), text.end(), ' '), text.end());
  return text;
}

TEST_F(AppendFileTest, NoLineOfATextCrossesAPage) {
  std::mt19937 random(1);
  for (const std::size_t longest : {20U, 200U, 3000U, 4090U}) {
    AppendFile file(in_folder(std::to_string(longest).c_str()));
    std::string expected;
    for (int text = 0; text < 20; ++text) {
      const std::size_t before = read_text(in_folder(std::to_string(longest).c_str())).size();
      const std::string lines = some_lines(random() % 30'000, longest, random);
      file.append_lines(lines);
      expected += lines;
      const std::string all = read_text(in_folder(std::to_string(longest).c_str()));
      ASSERT_EQ(without_spaces(all), expected);
      // What a kill leaves of this write ends at a page: behind whole lines, once there is one.
      const std::size_t first = all.find('\n', before);
      for (std::size_t page = (before / 4096 + 1) * 4096; page < all.size(); page += 4096) {
        EXPECT_TRUE(page <= first || all[page - 1] == '\n') << page << " of " << all.size();
      }
    }
  }
}

TEST_F(AppendFileTest, LinesLongerThanAPageAreKeptAsTheyAre) {
  AppendFile file(in_folder("rows"));
  const std::string lines =
      "first\n" + std::string(5000, 'x') + "\nthird\n" + std::string(90'000, 'y') + "\nlast\n";
  file.append_lines(lines);
  file.append_lines(std::string(8192, 'z'));  // without an end
  EXPECT_EQ(read_text(in_folder("rows")), lines + std::string(8192, 'z'));
}

TEST_F(AppendFileTest, TextOfOnePageIsWrittenAsItIs) {
  AppendFile file(in_folder("rows"));
  std::string text = "a\n";
  for (int i = 0; i < 2047; ++i) {
    text += "b\n";
  }
  file.append_lines(text);
  EXPECT_EQ(read_text(in_folder("rows")), text);
}

TEST_F(AppendFileTest, RefusesTextForAFileThatWasDeleted) {
  AppendFile file(in_folder("rows"));
  file.append("one\n");
  fs::remove(in_folder("rows"));
  EXPECT_TRUE(file.has_lost_its_name());
  EXPECT_EQ(error_of([&] { file.append("two\n"); }), ENOENT);
  EXPECT_EQ(error_of([&] { file.append(""); }), ENOENT);
  EXPECT_FALSE(fs::exists(in_folder("rows")));
  file.reopen();
  file.append("two\n");
  EXPECT_EQ(read_text(in_folder("rows")), "two\n") << "what somebody deleted is gone";
}

TEST_F(AppendFileTest, GoesOnWhenItIsMovedBack) {
  AppendFile file(in_folder("rows"));
  file.append("one\n");
  fs::rename(in_folder("rows"), in_folder("away"));
  EXPECT_EQ(error_of([&] { file.append("two\n"); }), ENOENT);
  EXPECT_EQ(read_text(in_folder("away")), "one\n") << "refused is refused";
  fs::rename(in_folder("away"), in_folder("rows"));
  EXPECT_FALSE(file.has_lost_its_name());
  file.append("two\n");
  EXPECT_EQ(read_text(in_folder("rows")), "one\ntwo\n");
}

TEST_F(AppendFileTest, GoesOnInTheFileThatHasItsName) {
  AppendFile file(in_folder("rows"));
  file.append("one\n");
  std::ofstream(in_folder("edited")) << "one and a half";
  fs::rename(in_folder("edited"), in_folder("rows"));
  EXPECT_EQ(error_of([&] { file.append("two\n"); }), ENOENT);
  file.reopen();
  file.end_line();
  file.append("two\n");
  EXPECT_EQ(read_text(in_folder("rows")), "one and a half\ntwo\n");
}

TEST_F(AppendFileTest, DoesNotMakeItsFolderAgain) {
  fs::create_directory(in_folder("run"));
  AppendFile file(in_folder("run/rows"));
  fs::remove_all(in_folder("run"));
  EXPECT_EQ(error_of([&] { file.append("one\n"); }), ENOENT);
  EXPECT_EQ(error_of([&] { file.reopen(); }), ENOENT);
  EXPECT_FALSE(fs::exists(in_folder("run")));
  fs::create_directory(in_folder("run"));
  file.reopen();
  file.append("one\n");
  EXPECT_EQ(read_text(in_folder("run/rows")), "one\n");
}

}  // namespace
}  // namespace sconce::store
