#include "store/file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <atomic>
#include <cerrno>
#include <fstream>
#include <sstream>
#include <string>
#include <thread>

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

using WriteFile = test::FileTest;

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
  std::ofstream(in_folder("run")) << "a file in its place";
  EXPECT_EQ(error_of([&] { write_file(in_folder("run/files/a"), "text", in_folder("run/tmp")); }), ENOENT);
  fs::remove(in_folder("run"));
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

using ReadFile = test::FileTest;

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
