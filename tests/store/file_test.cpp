#include "store/file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <fstream>
#include <random>
#include <sstream>
#include <string>
#include <thread>
#include <utility>

#include "support/file_size_limit.h"
#include "support/run_reader.h"
#include "support/write_hook.h"

namespace sconce::store {
namespace {

namespace fs = std::filesystem;
using test::FileSizeLimit;
using test::read_text;
using test::WriteHook;

/// A system that takes a byte or two at a time and is interrupted before each.
WriteHook interrupted_writes() {
  return WriteHook([is_interrupted = false](int file, const void* bytes, std::size_t size) mutable -> ssize_t {
    is_interrupted = !is_interrupted;
    if (is_interrupted) {
      errno = EINTR;
      return -1;
    }
    return test::system_write(file, bytes, std::min<std::size_t>(size, 2));
  });
}

class FileTest : public testing::Test {
 protected:
  fs::path in_folder(const char* name) const { return folder_.path() / name; }
  std::size_t entries(const fs::path& folder) const {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
  }

  test::TemporaryFolder folder_;
};

/// The errno of the filesystem_error that call throws, 0 for none.
template <typename Call>
int error_of(Call&& call) {
  try {
    call();
  } catch (const fs::filesystem_error& error) {
    EXPECT_FALSE(error.path1().empty());
    return error.code().value();
  }
  return 0;
}

using AppendFileTest = FileTest;

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
      file.append(lines);
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
  file.append(lines);
  file.append(std::string(8192, 'z'));  // without an end
  EXPECT_EQ(read_text(in_folder("rows")), lines + std::string(8192, 'z'));
}

TEST_F(AppendFileTest, TextOfOnePageIsWrittenAsItIs) {
  AppendFile file(in_folder("rows"));
  std::string text = "a\n";
  for (int i = 0; i < 2047; ++i) {
    text += "b\n";
  }
  file.append(text);
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

using WriteFile = FileTest;

TEST_F(WriteFile, FinishesWritesThatAreShortOrInterrupted) {
  const WriteHook hook = interrupted_writes();
  write_file(in_folder("file"), "some text", in_folder("scratch"));
  EXPECT_EQ(read_text(in_folder("file")), "some text");
}

TEST_F(WriteFile, DoesNotMakeTheRunDirectoryAgain) {
  fs::create_directory(in_folder("run"));
  write_file(in_folder("run/files/a"), "text", in_folder("run/tmp"));
  fs::rename(in_folder("run"), in_folder("away"));
  for (const char* path : {"run/files/a", "run/files/b/c/d", "run/e"}) {
    EXPECT_EQ(error_of([&] { write_file(in_folder(path), "text", in_folder("run/tmp")); }), ENOENT);
  }
  EXPECT_FALSE(fs::exists(in_folder("run")));
  fs::rename(in_folder("away"), in_folder("run"));
  write_file(in_folder("run/files/b/c/d"), "text", in_folder("run/tmp"));
  EXPECT_EQ(read_text(in_folder("run/files/b/c/d")), "text");
}

TEST_F(WriteFile, MakesTheFoldersOnTheWay) {
  write_file(in_folder("a/b/c.txt"), "text", in_folder("scratch"));
  EXPECT_EQ(read_text(in_folder("a/b/c.txt")), "text");
  EXPECT_EQ(entries(in_folder("scratch")), 0U);
}

TEST_F(WriteFile, ReplacesTheFileThatWasThere) {
  write_file(in_folder("file"), "a long first text", in_folder("scratch"));
  const std::ifstream reader(in_folder("file"));
  write_file(in_folder("file"), "second", in_folder("scratch"));
  EXPECT_EQ(read_text(in_folder("file")), "second");
  std::ostringstream seen;
  seen << reader.rdbuf();
  EXPECT_EQ(seen.str(), "a long first text") << "who reads meanwhile keeps the whole old one";
}

TEST_F(WriteFile, KeepsEveryByte) {
  std::string bytes(1000, '\0');
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    bytes[i] = static_cast<char>(i);
  }
  write_file(in_folder("bytes"), bytes.data(), bytes.size(), in_folder("scratch"));
  write_file(in_folder("none"), nullptr, 0, in_folder("scratch"));
  EXPECT_EQ(read_text(in_folder("bytes")), bytes);
  EXPECT_EQ(read_text(in_folder("none")), "");
}

TEST_F(WriteFile, LeavesNothingBehindOnAFullDisk) {
  write_file(in_folder("file"), "old", in_folder("scratch"));
  {
    const FileSizeLimit disk(4);
    EXPECT_EQ(error_of([&] { write_file(in_folder("file"), "12345", in_folder("scratch")); }), EFBIG);
  }
  EXPECT_EQ(read_text(in_folder("file")), "old");
  EXPECT_EQ(entries(in_folder("scratch")), 0U);
  write_file(in_folder("file"), "12345", in_folder("scratch"));
  EXPECT_EQ(read_text(in_folder("file")), "12345");
}

TEST_F(WriteFile, LeavesNothingBehindWhereItCannotMove) {
  std::ofstream(in_folder("in_the_way")) << "a file, no folder";
  fs::create_directories(in_folder("folder/full"));
  EXPECT_NE(error_of([&] { write_file(in_folder("in_the_way/file"), "text", in_folder("scratch")); }), 0);
  EXPECT_NE(error_of([&] { write_file(in_folder("folder"), "text", in_folder("scratch")); }), 0);
  EXPECT_EQ(entries(in_folder("scratch")), 0U);
  EXPECT_NE(error_of([&] { write_file(in_folder("file"), "text", in_folder("in_the_way/scratch")); }), 0);
  EXPECT_FALSE(fs::exists(in_folder("file")));
  EXPECT_EQ(read_text(in_folder("in_the_way")), "a file, no folder");
}

using ReadFile = FileTest;

TEST_F(ReadFile, ReadsAllBytes) {
  write_file(in_folder("file"), std::string("a\0\xff\n", 4), in_folder("scratch"));
  write_file(in_folder("none"), "", in_folder("scratch"));
  EXPECT_EQ(read_file(in_folder("file"), 4), (std::vector<std::uint8_t>{'a', 0, 0xff, '\n'}));
  EXPECT_TRUE(read_file(in_folder("none"), 4).empty());
  fs::create_symlink("file", in_folder("link"));
  EXPECT_EQ(read_file(in_folder("link"), 4).size(), 4U);
}

TEST_F(ReadFile, RefusesWhatIsNoFile) {
  ASSERT_EQ(::mkfifo(in_folder("pipe").c_str(), 0600), 0);
  EXPECT_EQ(error_of([&] { read_file(in_folder("missing"), 100); }), ENOENT);
  EXPECT_EQ(error_of([&] { read_file(folder_.path(), 100); }), EISDIR);
  EXPECT_EQ(error_of([&] { read_file(in_folder("pipe"), 100); }), EINVAL) << "opening it would wait for ever";
  EXPECT_EQ(error_of([&] { read_file("/dev/zero", 100); }), EINVAL);
}

TEST_F(ReadFile, TakesWhatItWasToldWhenAFileGrows) {
  write_file(in_folder("file"), std::string(100'000, 'a'), in_folder("scratch"));
  std::atomic<bool> is_read{false};
  std::thread writer([&] {
    std::ofstream file(in_folder("file"), std::ios::app);
    while (!is_read) {
      file << "b" << std::flush;
    }
  });
  for (int i = 0; i < 50; ++i) {
    const std::vector<std::uint8_t> bytes = read_file(in_folder("file"), 1'000'000);
    EXPECT_GE(bytes.size(), 100'000U);
    EXPECT_NE(bytes.back(), 0);
  }
  is_read = true;
  writer.join();
}

TEST_F(ReadFile, RefusesAFileThatIsTooLarge) {
  write_file(in_folder("file"), "12345", in_folder("scratch"));
  EXPECT_EQ(read_file(in_folder("file"), 5).size(), 5U);
  EXPECT_EQ(error_of([&] { read_file(in_folder("file"), 4); }), EFBIG);
}

TEST_F(ReadFile, NamesThePath) {
  try {
    read_file(in_folder("missing.png"), 100);
    FAIL() << "nothing was thrown";
  } catch (const fs::filesystem_error& error) {
    EXPECT_EQ(error.path1(), in_folder("missing.png"));
    EXPECT_NE(std::string(error.what()).find("missing.png"), std::string::npos);
  }
}

}  // namespace
}  // namespace sconce::store
