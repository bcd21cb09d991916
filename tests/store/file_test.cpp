#include "store/file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <array>
#include <cerrno>
#include <fstream>
#include <string>
#include <utility>

#include "support/file_size_limit.h"
#include "support/run_reader.h"

namespace sconce::store {
namespace {

namespace fs = std::filesystem;
using test::FileSizeLimit;
using test::read_text;

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

using WriteFile = FileTest;

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
