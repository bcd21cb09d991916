// A disk that refuses may not stop training, and costs nothing that fits once there is room again. The full disk
// is a limit on file size: the system then takes a part of a write and refuses the rest, as with ENOSPC.

#include <ATen/ATen.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <mutex>
#include <thread>

#include "sconce/sconce.h"
#include "support/file_size_limit.h"
#include "support/run_reader.h"

namespace sconce {
namespace {

namespace fs = std::filesystem;

using FullDisk = test::FileSizeLimit;

class DiskTrouble : public testing::Test {
 protected:
  RunOptions options() {
    return RunOptions("test").dir(folder_.path()).on_error([this](const std::exception& error) {
      const std::lock_guard<std::mutex> lock(mutex_);
      errors_.push_back(error.what());
    });
  }
  std::size_t count_errors(const std::string& word) {
    const std::lock_guard<std::mutex> lock(mutex_);
    std::size_t count = 0;
    for (const std::string& error : errors_) {
      count += error.find(word) != std::string::npos ? 1 : 0;
    }
    return count;
  }
  void wait_for_error() {
    for (int i = 0; i < 500 && count_errors("") == 0; ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    ASSERT_GT(count_errors(""), 0U);
  }

  test::TemporaryFolder folder_;
  std::mutex mutex_;
  std::vector<std::string> errors_;
};

TEST_F(DiskTrouble, RowsAreWrittenWhenThereIsRoomAgain) {
  sconce::Run run(options());
  {
    const FullDisk disk(300);
    for (int i = 0; i < 20; ++i) {
      run.log("a", i);
    }
    wait_for_error();
    // What is there is whole lines, and flush() says that it is not all.
    EXPECT_LT(test::read_rows(run.dir()).size(), 20U);
    EXPECT_THROW(run.flush(), fs::filesystem_error);
    run.log("a", 20);
  }
  run.flush();
  EXPECT_EQ(test::read_rows(run.dir()).size(), 21U);
  run.finish();
  EXPECT_EQ(count_errors("lost"), 0U);
}

TEST_F(DiskTrouble, ImagesAreWrittenWhenThereIsRoomAgain) {
  sconce::Run run(options());
  {
    const FullDisk disk(1000);
    run.log("img", Image(at::randint(256, {3, 64, 64}, at::kByte)));
    wait_for_error();
    EXPECT_TRUE(test::media_files(run.dir()).empty());
    EXPECT_TRUE(test::read_rows(run.dir()).empty());
  }
  run.finish();
  EXPECT_EQ(test::media_files(run.dir()).size(), 1U);
  EXPECT_EQ(test::read_rows(run.dir()).size(), 1U);
}

TEST_F(DiskTrouble, LogDoesNotWaitForARefusingDiskAndNamesWhatIsLost) {
  sconce::Run run(options().max_pending_bytes(200'000));
  {
    const FullDisk disk(1000);
    run.log("first", Image(at::randint(256, {3, 200, 200}, at::kByte)));
    wait_for_error();
    for (int i = 0; i < 5; ++i) {
      run.log("img", Image(at::randint(256, {3, 200, 200}, at::kByte)));
    }
  }
  EXPECT_EQ(count_errors("'img' at step 5 is lost"), 1U);
  try {
    run.finish();
    ADD_FAILURE() << "finish() did not say what was lost";
  } catch (const std::runtime_error& error) {
    EXPECT_NE(std::string(error.what()).find("5 logged values are lost: 'img' at step 1"), std::string::npos)
        << error.what();
  }
  EXPECT_EQ(test::read_rows(run.dir()).size(), 1U);
}

TEST_F(DiskTrouble, FinishGivesUpAndSaysSo) {
  sconce::Run run(options());
  const FullDisk disk(100);
  run.log("a", std::string(500, 'x'), 42);
  try {
    run.finish();
    ADD_FAILURE() << "finish() did not say what was lost";
  } catch (const std::runtime_error& error) {
    EXPECT_NE(std::string(error.what()).find("'a' at step 42"), std::string::npos) << error.what();
  }
}

TEST_F(DiskTrouble, EveryNumberOfRowsThatWaitedTogetherIsNamed) {
  sconce::Run run(options());
  {
    const FullDisk disk(10);
    for (int i = 0; i < 50; ++i) {
      run.log({{"a", i}, {"b", 0.5}});
    }
    EXPECT_ANY_THROW(run.finish());
  }
  for (int i = 0; i < 50; ++i) {
    const std::string at_step = " at step " + std::to_string(i) + " is lost";
    EXPECT_EQ(count_errors("'a'" + at_step), 1U) << i;
    EXPECT_EQ(count_errors("'b'" + at_step), 1U) << i;
  }
}

TEST_F(DiskTrouble, TheDestructorTellsAndDoesNotThrow) {
  const FullDisk disk(2000);
  {
    sconce::Run run(options());
    run.log("a", std::string(5000, 'x'));
  }
  EXPECT_GE(count_errors("lost"), 1U);
}

TEST_F(DiskTrouble, AMissingFolderIsMadeAgain) {
  sconce::Run run(options());
  run.log("a", Image(at::zeros({4, 4})));
  run.flush();
  fs::remove_all(run.dir() / "files");
  fs::remove_all(run.dir() / "tmp");
  run.log("b", Image(at::ones({4, 4})));
  run.finish();
  EXPECT_EQ(test::media_files(run.dir()).size(), 1U);
  EXPECT_EQ(test::read_rows(run.dir()).size(), 2U);
}

TEST_F(DiskTrouble, ALogFileOnTheFullDiskHarmsNobody) {
  std::fflush(stderr);
  const int terminal = ::dup(STDERR_FILENO);
  const int log = ::open((folder_.path() / "log").c_str(), O_WRONLY | O_CREAT, 0600);
  ::dup2(log, STDERR_FILENO);
  {
    sconce::Run run(RunOptions("test").dir(folder_.path()));
    {
      const FullDisk disk(10);
      run.log("a", 1);
      EXPECT_THROW(run.flush(), fs::filesystem_error);
    }
    EXPECT_NO_THROW(run.finish());
    EXPECT_EQ(test::read_rows(run.dir()).size(), 1U);
  }
  ::dup2(terminal, STDERR_FILENO);
  ::close(terminal);
  ::close(log);
  EXPECT_EQ(fs::file_size(folder_.path() / "log"), 10U);
}

TEST_F(DiskTrouble, AnErrorHandlerThatThrowsHarmsNobody) {
  sconce::Run run(RunOptions("test").dir(folder_.path()).on_error([](const std::exception&) { throw 1; }));
  {
    const FullDisk disk(300);
    run.log("a", std::string(500, 'x'));
    EXPECT_THROW(run.flush(), fs::filesystem_error);
  }
  run.finish();
  EXPECT_EQ(test::read_rows(run.dir()).size(), 1U);
}

}  // namespace
}  // namespace sconce
