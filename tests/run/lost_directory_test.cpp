// A run directory that is moved, deleted, made read-only, or whose disk is gone: a disk that refuses, until it is
// back.

#include <ATen/ATen.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "sconce/sconce.h"
#include "support/child.h"
#include "support/run_reader.h"
#include "support/small_disk.h"
#include "support/trouble.h"
#include "support/wandb_log.h"

namespace sconce {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

class LostDirectory : public testing::Test {
 protected:
  RunOptions options() { return RunOptions("test").dir(folder_.path() / "runs").on_error(trouble_.handler()); }
  static Image image(int value) { return Image(at::full({3, 8, 8}, value, at::kByte)); }
  /// Rows from n on, with an image each and without a gap, in the log too.
  static void expect_rows(const fs::path& run, int n, std::size_t count) {
    const auto rows = test::read_rows(run);
    EXPECT_EQ(rows.size(), count);
    EXPECT_EQ(test::logged_rows(test::read_run_log(run)), rows);
    for (const ordered_json& row : rows) {
      EXPECT_EQ(row.at("n"), n++);
      EXPECT_TRUE(fs::exists(run / "files" / row.at("img").at("path"))) << row;
    }
  }

  test::TemporaryFolder folder_;
  test::Trouble trouble_;
};

TEST_F(LostDirectory, MovedAwayAndBackNothingIsMissing) {
  sconce::Run run(options());
  run.log({{"n", 0}, {"img", image(0)}});
  run.flush();
  const fs::path away = folder_.path() / "away";
  fs::rename(run.dir(), away);
  for (int i = 1; i < 10; ++i) {
    run.log({{"n", i}, {"img", image(i)}});
  }
  ASSERT_TRUE(trouble_.wait_for("the run directory is gone"));
  try {
    run.flush();
    ADD_FAILURE() << "flush() did not say that rows wait";
  } catch (const fs::filesystem_error& error) {
    EXPECT_STREQ(error.what(), fs::filesystem_error("the run directory is gone", run.dir(), error.code()).what());
    EXPECT_EQ(error.code(), std::errc::no_such_file_or_directory);
  }
  EXPECT_FALSE(fs::exists(run.dir())) << "on which disk would it be made?";
  EXPECT_EQ(test::read_rows(away).size(), 1U);
  fs::rename(away, run.dir());
  run.flush();
  expect_rows(run.dir(), 0, 10);
  run.finish();
  EXPECT_EQ(trouble_.count("lost"), 0U);
}

TEST_F(LostDirectory, RowsOfNumbersNoticeItToo) {
  sconce::Run run(options());
  run.log("n", 0);
  run.flush();
  const fs::path away = folder_.path() / "away";
  fs::rename(run.dir(), away);
  run.log("n", 1);
  ASSERT_TRUE(trouble_.wait_for("the run directory is gone"));
  EXPECT_THROW(run.flush(), fs::filesystem_error);
  EXPECT_EQ(test::read_rows(away).size(), 1U) << "a row that is not yet written counts as waiting";
  fs::rename(away, run.dir());
  run.finish();
  EXPECT_EQ(test::read_rows(run.dir()).size(), 2U);
}

TEST_F(LostDirectory, DeletedTrainingGoesOnAndFinishNamesWhatIsLost) {
  sconce::Run run(options());
  run.log({{"n", 0}, {"img", image(0)}});
  run.flush();
  fs::remove_all(run.dir());
  run.log({{"n", 1}, {"img", image(1)}});
  run.log("loss", 0.5);
  ASSERT_TRUE(trouble_.wait_for("the run directory is gone"));
  try {
    run.finish();
    ADD_FAILURE() << "finish() did not say what was lost";
  } catch (const std::runtime_error& error) {
    for (const char* words : {"'img' at step 1", "'loss' at step 2", "the run directory is gone"}) {
      EXPECT_NE(std::string(error.what()).find(words), std::string::npos) << error.what();
    }
  }
  EXPECT_FALSE(fs::exists(run.dir()));
}

TEST_F(LostDirectory, DeletedAndMadeAgainItHasAllItsPartsAndWhatWaited) {
  sconce::Run run(options().config({{"lr", 0.5}}));
  run.log({{"n", 0}, {"img", image(0)}});
  run.flush();
  fs::remove_all(run.dir());
  run.log({{"n", 1}, {"img", image(1)}});
  run.log({{"n", 2}, {"img", image(2)}});
  ASSERT_TRUE(trouble_.wait_for("the run directory is gone"));
  fs::create_directory(run.dir());
  EXPECT_THROW(run.flush(), fs::filesystem_error) << "what was there before is gone";
  run.flush();
  expect_rows(run.dir(), 1, 2);
  EXPECT_EQ(test::read_config(run.dir()).at("lr"), 0.5);
  EXPECT_EQ(test::read_summary(run.dir()).at("n"), 2);
  const fs::path metadata = run.dir() / "files/wandb-metadata.json";
  EXPECT_EQ(ordered_json::parse(test::read_text(metadata)).at("state"), "running");
  run.finish();
  EXPECT_EQ(ordered_json::parse(test::read_text(metadata)).at("state"), "finished");
  EXPECT_EQ(trouble_.count("lost"), 0U);
}

TEST_F(LostDirectory, EmptiedItDoesNotClaimThatRowsAreThere) {
  sconce::Run run(options());
  run.log("n", 0);
  run.flush();
  for (const auto& entry : fs::directory_iterator(run.dir())) {
    fs::remove_all(entry);
  }
  EXPECT_THROW(run.flush(), fs::filesystem_error) << "the row is with nobody any more";
  run.log("n", 1);
  run.flush();
  EXPECT_EQ(test::read_rows(run.dir()).size(), 1U);
  run.finish();
  const auto records = test::read_run_log(run.dir());
  EXPECT_EQ(test::logged_rows(records), test::read_rows(run.dir()));
  ASSERT_GE(records.size(), 2U);
  constexpr std::uint32_t kRun = 17;
  EXPECT_EQ(records[1].kind, kRun) << "without it nothing can be uploaded";
  EXPECT_TRUE(fs::exists(run.dir() / "files/config.yaml"));
}

TEST_F(LostDirectory, EmptiedBeforeFinishItTells) {
  sconce::Run run(options());
  run.log("n", 0);
  run.flush();
  fs::remove(run.dir() / "wandb-history.jsonl");
  run.finish();
  EXPECT_EQ(trouble_.count("moved or deleted"), 1U);
  EXPECT_TRUE(fs::exists(run.dir() / "wandb-history.jsonl"));
}

TEST_F(LostDirectory, AMountThatGoesAwayIsNotReplacedByTheDiskBelow) {
  test::SmallDisk disk(folder_.path() / "runs", "10m");
  if (!disk.why_not().empty()) {
    GTEST_SKIP() << "wants a file system of its own: " << disk.why_not();
  }
  sconce::Run run(options());
  run.log({{"n", 0}, {"img", image(0)}});
  run.flush();
  disk.unmount();
  for (int i = 1; i < 10; ++i) {
    run.log({{"n", i}, {"img", image(i)}});
  }
  ASSERT_TRUE(trouble_.wait_for("the run directory is gone"));
  EXPECT_THROW(run.flush(), fs::filesystem_error);
  EXPECT_TRUE(fs::is_empty(folder_.path() / "runs"));
  disk.mount_again();
  run.finish();
  expect_rows(run.dir(), 0, 10);
  EXPECT_EQ(trouble_.count("lost"), 0U);
}

/// Makes what is there immutable, for root too, or mutable again. False where the file system has no such flag.
bool set_immutable(const fs::path& path, bool is_immutable) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  int flags = 0;
  bool done = ::ioctl(file, FS_IOC_GETFLAGS, &flags) == 0;
  flags = is_immutable ? flags | FS_IMMUTABLE_FL : flags & ~FS_IMMUTABLE_FL;
  done = done && ::ioctl(file, FS_IOC_SETFLAGS, &flags) == 0;
  ::close(file);
  return done;
}

TEST_F(LostDirectory, ReadOnlyItIsADiskThatRefuses) {
  sconce::Run run(options());
  run.log({{"n", 0}, {"img", image(0)}});
  run.flush();
  std::vector<fs::path> parts{run.dir()};
  for (const auto& entry : fs::recursive_directory_iterator(run.dir())) {
    parts.push_back(entry.path());
  }
  for (const fs::path& part : parts) {
    if (!set_immutable(part, true)) {
      GTEST_SKIP() << "wants root and a file system with immutable files: " << std::strerror(errno);
    }
  }
  for (int i = 1; i < 10; ++i) {
    run.log({{"n", i}, {"img", image(i)}});
  }
  run.log("n", 10);
  ASSERT_TRUE(trouble_.wait_for("not permitted"));
  EXPECT_THROW(run.flush(), fs::filesystem_error);
  expect_rows(run.dir(), 0, 1);
  for (const fs::path& part : parts) {
    EXPECT_TRUE(set_immutable(part, false));
  }
  run.flush();
  EXPECT_EQ(test::read_rows(run.dir()).size(), 11U);
  run.finish();
  EXPECT_EQ(trouble_.count("lost"), 0U);
}

TEST_F(LostDirectory, WithoutPermissionItIsADiskThatRefuses) {
  fs::permissions(folder_.path(), fs::perms::all);
  test::Child child([&] {
    if (::geteuid() == 0 && ::setuid(65534) != 0) {  // to root permissions are nothing
      ::_exit(1);
    }
    sconce::Run run(options());
    run.log({{"n", 0}, {"img", image(0)}});
    run.flush();
    for (const char* part : {"tmp", "files", ""}) {
      fs::permissions(run.dir() / part, fs::perms::none);
    }
    run.log({{"n", 1}, {"img", image(1)}});
    run.log("n", 2);
    if (!trouble_.wait_for("Permission denied")) {
      ::_exit(2);
    }
    try {
      run.flush();
      ::_exit(3);
    } catch (const fs::filesystem_error&) {
    }
    for (const char* part : {"", "tmp", "files"}) {
      fs::permissions(run.dir() / part, fs::perms::owner_all);
    }
    run.finish();
    ::_exit(trouble_.count("lost") == 0 && test::read_rows(run.dir()).size() == 3 ? 0 : 4);
  });
  EXPECT_EQ(child.end(), "exit 0") << child.errors();
}

}  // namespace
}  // namespace sconce
