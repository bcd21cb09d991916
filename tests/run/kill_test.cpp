// SIGKILL at any moment: what is on disk is whole, and what a flush() covered is there.

#include <ATen/ATen.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <fstream>
#include <random>
#include <thread>

#include "sconce/sconce.h"
#include "store/sha256.h"
#include "support/child.h"
#include "support/run_reader.h"
#include "support/sanitizers.h"
#include "support/wandb_log.h"

namespace sconce {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;
using test::Child;

constexpr int kKills = 200 / test::kSlowdown;
constexpr int kThreads = 4;

/// What a thread of the child says after each flush(): so many of its rows are on disk.
struct Flushed {
  int thread;
  int rows;
};

/// One of the child's threads: rows of numbers in plenty, at times an image with a mask and a box.
void log_for_ever(sconce::Run& run, int thread, int pipe) {
  const Logger logger = run.logger("t" + std::to_string(thread) + "/");
  std::mt19937 random(static_cast<unsigned>(thread + ::getpid()));
  for (int row = 0;;) {
    for (const int until = row + 1 + static_cast<int>(random() % 300); row < until; ++row) {
      if (random() % 30 == 0) {
        const auto side = static_cast<std::int64_t>(8 + random() % 60);
        logger.log({{"n", row},
                    {"img", Image(at::randint(256, {3, side, side}, at::kByte),
                                  ImageOptions()
                                      .masks({{"m", Mask(at::randint(9, {side, side}), Classes{"a", "b"})}})
                                      .boxes({{"b", Boxes(at::tensor({0., 0., 1., 1.}).reshape({1, 4}))}}))}});
      } else {
        logger.log({{"n", row}, {"loss", 1.0 / (row + 1)}, {"text", std::string(random() % 80, 'x')}});
      }
    }
    run.flush();
    const Flushed flushed{thread, row};
    if (::write(pipe, &flushed, sizeof flushed) != sizeof flushed) {
      ::_exit(1);
    }
  }
}

/// Logs from all threads until it is killed, which is at some moment after the first row.
std::array<int, kThreads> kill_while_logging(const fs::path& folder, std::mt19937& random) {
  std::array<int, 2> ends{};
  EXPECT_EQ(::pipe(ends.data()), 0);
  Child child([&] {
    sconce::Run run(RunOptions("test").dir(folder).encoder_threads(2));
    std::vector<std::thread> threads;
    for (int thread = 1; thread < kThreads; ++thread) {
      threads.emplace_back([&run, thread, pipe = ends[1]] { log_for_ever(run, thread, pipe); });
    }
    log_for_ever(run, 0, ends[1]);
  });
  ::close(ends[1]);
  std::array<int, kThreads> flushed{};
  const auto take = [&] {
    Flushed message{};
    const bool is_one = ::read(ends[0], &message, sizeof message) == sizeof message;
    if (is_one) {
      flushed.at(static_cast<std::size_t>(message.thread)) = message.rows;
    }
    return is_one;
  };
  EXPECT_TRUE(take());
  std::this_thread::sleep_for(std::chrono::microseconds(random() % 30'000));
  child.send(SIGKILL);
  EXPECT_EQ(child.end(), "signal 9");
  while (take()) {
  }
  ::close(ends[0]);
  return flushed;
}

void expect_whole(const fs::path& run, const ordered_json& file) {
  const std::string bytes = test::read_text(run / "files" / file.at("path").get<std::string>());
  EXPECT_EQ(bytes.size(), file.at("size"));
  EXPECT_EQ(store::sha256_hex(bytes.data(), bytes.size()), file.at("sha256"));
}

/// Rows go to the history first, and to the log behind their files.
void expect_whole_log(const fs::path& run, std::vector<ordered_json> history) {
  const auto records = test::read_run_log(run, /*may_be_cut=*/true);
  const std::vector<ordered_json> rows = test::logged_rows(records);
  ASSERT_LE(rows.size(), history.size());
  history.resize(rows.size());
  EXPECT_EQ(rows, history);
  for (const std::string& file : test::logged_files(records)) {
    EXPECT_TRUE(fs::exists(run / "files" / file)) << file;
  }
}

/// Checks all that is on disk; returns how many files its rows name.
int expect_whole_run(const fs::path& run, const std::array<int, kThreads>& flushed) {
  std::array<int, kThreads> rows{};
  int files = 0;
  std::vector<ordered_json> history;
  std::string text = test::read_text(run / "wandb-history.jsonl");
  // A kill may end a write in the middle of a row. That has no newline, so it is no row.
  text.resize(text.rfind('\n') + 1);
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    const ordered_json row = ordered_json::parse(line);
    history.push_back(row);
    const std::string key = test::user_keys(row).at(0);
    EXPECT_EQ(row.at(key), rows.at(static_cast<std::size_t>(key.at(1) - '0'))++) << "in order and without a gap";
    const std::string image = key.substr(0, 3) + "img";
    if (row.contains(image)) {
      expect_whole(run, row.at(image));
      expect_whole(run, row.at(image).at("masks").at("m"));
      expect_whole(run, row.at(image).at("boxes").at("b"));
      files += 3;
    }
  }
  for (int thread = 0; thread < kThreads; ++thread) {
    EXPECT_GE(rows.at(static_cast<std::size_t>(thread)), flushed.at(static_cast<std::size_t>(thread))) << thread;
  }
  expect_whole_log(run, history);
  for (const std::string& file : test::media_files(run)) {  // those too that no row names yet
    const std::string bytes = test::read_text(run / "files" / file);
    EXPECT_NE(file.find(store::sha256_hex(bytes.data(), bytes.size()).substr(0, 20)), std::string::npos) << file;
  }
  return files;
}

TEST(Kill, LeavesWholeRowsAndFilesAndAllThatWasFlushed) {
  std::mt19937 random(3);
  int files = 0;
  for (int kill = 0; kill < kKills; ++kill) {
    const test::TemporaryFolder folder;
    const std::array<int, kThreads> flushed = kill_while_logging(folder.path(), random);
    files += expect_whole_run(folder.path() / fs::read_symlink(folder.path() / "latest-run"), flushed);
    ASSERT_FALSE(HasFailure()) << "kill " << kill;
  }
  EXPECT_GT(files, kKills) << "or nothing was tested";
}

}  // namespace
}  // namespace sconce
