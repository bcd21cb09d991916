// fork() while a run is open: the threads of the run are in the parent alone, and the child may find its locks
// held.

#include <ATen/ATen.h>
#include <c10/util/Exception.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <thread>

#include "sconce/sconce.h"
#include "support/child.h"
#include "support/run_reader.h"
#include "support/sanitizers.h"

namespace sconce {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;
using test::Child;

/// Ends the process unless it holds: gtest is of no use in a child.
void require(bool condition, const std::string& what) {
  if (!condition) {
    std::fprintf(stderr, "%s\n", what.c_str());
    ::_exit(66);
  }
}

template <typename Call>
void require_refusal(const std::string& words, Call&& call) {
  try {
    call();
  } catch (const c10::ValueError& error) {
    require(std::string(error.what_without_backtrace()).find(words) != std::string::npos,
            error.what_without_backtrace());
    return;
  }
  require(false, "not refused");
}

/// Forks this process, does body in the child, and requires that it ends in the way that is expected.
void require_end(const std::string& end, const std::function<void()>& body) {
  const pid_t child = ::fork();
  if (child == 0) {
    test::die_with_parent();
    body();
    ::_exit(0);
  }
  const std::string ended = test::wait_for(child);
  require(ended == end, "the child: " + ended);
}

constexpr int kThreads = 4;

class Fork : public testing::Test {
 protected:
  void SetUp() override { SCONCE_SKIP_FORK_UNDER_SANITIZERS(); }
  RunOptions options() const { return RunOptions("test").dir(folder_.path()); }
  fs::path latest_run() const { return folder_.path() / fs::read_symlink(folder_.path() / "latest-run"); }

  test::TemporaryFolder folder_;
};

TEST_F(Fork, TheChildsHandlesAreDeadAndSaySo) {
  Child child([&] {
    sconce::Run run(options().id("abc"));
    const Logger logger = run.logger();
    logger.log("n", 0);
    const std::string parent = std::to_string(::getpid());
    require_end("exit 0", [&] {
      const std::string words = "run abc belongs to process " + parent + ", and this is process " +
                                std::to_string(::getpid()) + ", forked from it";
      require_refusal(words, [&] { logger.log("n", 1); });
      require_refusal(words, [&] { run.log({{"n", 1}}, 7); });
      require_refusal(words, [&] { run.summarize("n", 1); });
      require_refusal(words, [&] { run.flush(); });
      require_refusal(words, [&] { run.finish(); });
      require_refusal(words, [&] { Image(at::zeros({4, 4})).bind_to_run(run, "img", 0); });
      require(run.id() == "abc" && run.logger("val/"), "what needs no threads works");
    });
    logger.log("n", 1);
    run.finish();
  });
  EXPECT_EQ(child.end(), "exit 0") << child.errors();
  EXPECT_EQ(child.errors(), "");
  EXPECT_EQ(test::read_rows(latest_run()).size(), 2U);
}

/// What is used for the first time registers itself for exit(), behind a lock of the C library that a child finds
/// held for ever if it was forked in that moment.
void warm_up(sconce::Run& run) {
  run.flush();
  require_refusal("expected a key, got an empty one", [&] { run.log("", 1); });
}

/// A process whose threads log while it forks: `log` is called with what row it is. Each fork ends by `end`.
void fork_while_logging(const RunOptions& options, const std::function<void(const Logger&, int)>& log,
                        const std::function<void(int)>& end) {
  constexpr int kForks = 12;
  auto run = std::make_unique<sconce::Run>(options);
  static sconce::Run of_static_storage(RunOptions(options).dir(options.dir() / "static"));
  std::atomic<bool> is_enough{false};
  std::atomic<int> logging{0};
  std::vector<std::thread> threads;
  for (int thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&, logger = run->logger("t" + std::to_string(thread) + "/")] {
      constexpr auto kStep = std::chrono::microseconds(50);
      for (int i = 0; !is_enough; ++i) {
        log(logger, i);
        of_static_storage.log("n", i);
        logging += i == 0 ? 1 : 0;
        std::this_thread::sleep_for(kStep);
      }
    });
  }
  while (logging < kThreads) {
    std::this_thread::yield();
  }
  warm_up(*run);
  for (const int code : {0, 5}) {
    for (int i = 0; i < kForks / 2; ++i) {
      require_end("exit " + std::to_string(code), [&] {
        Logger(run->logger());
        require_refusal("belongs to process", [&] { run->log("n", 1); });
        run.reset();
        end(code);
      });
    }
  }
  is_enough = true;
  for (std::thread& thread : threads) {
    thread.join();
  }
  run.reset();
  std::exit(0);
}

void expect_intact(const fs::path& run) {
  std::map<std::string, int> next;
  for (const ordered_json& row : test::read_rows(run)) {
    const auto keys = test::user_keys(row);
    EXPECT_EQ(row.at(keys.at(0)), next[keys.at(0)]++) << row;
    EXPECT_TRUE(keys.size() == 1 || fs::exists(run / "files" / row.at(keys.at(1)).at("path"))) << row;
  }
  EXPECT_EQ(next.size(), static_cast<std::size_t>(kThreads));
  const auto metadata = ordered_json::parse(test::read_text(run / "files/wandb-metadata.json"));
  EXPECT_EQ(metadata.at("state"), "finished");
}

TEST_F(Fork, TheParentsRunIsIntactWhenTheChildLeaves) {
  Child child([&] {
    fork_while_logging(
        options().encoder_threads(2).max_pending_bytes(1'000'000),
        [](const Logger& logger, int i) {
          logger.log({{"n", i}, {"img", Image(at::full({3, 40, 40}, i % 256, at::kByte))}});
        },
        [](int code) { ::_exit(code); });
  });
  EXPECT_EQ(child.end(), "exit 0") << child.errors();
  EXPECT_EQ(child.errors(), "");
  expect_intact(latest_run());
}

/// Numbers alone: exit() waits for ever inside LibTorch where a thread of the parent was at work in its
/// dispatcher.
TEST_F(Fork, TheParentsRunIsIntactWhenTheChildExits) {
  Child child([&] {
    fork_while_logging(
        options().max_pending_bytes(1'000'000), [](const Logger& logger, int i) { logger.log("n", i); },
        [](int code) { std::exit(code); });
  });
  EXPECT_EQ(child.end(), "exit 0") << child.errors();
  EXPECT_EQ(child.errors(), "");
  expect_intact(latest_run());
}

TEST_F(Fork, TheChildMayHaveARunOfItsOwn) {
  Child child([&] {
    const sconce::Run run(options().id("parent"));
    run.logger().log("n", 0);
    for (const char* id : {"finished", "ended"}) {
      require_end("exit 3", [&] {
        static sconce::Run own(options().id(id));
        own.log({{"n", 1}, {"img", Image(at::zeros({3, 8, 8}))}});
        if (own.id() == "finished") {
          own.finish(3);
        }
        std::exit(3);
      });
    }
  });
  EXPECT_EQ(child.end(), "exit 0") << child.errors();
  int runs = 0;
  for (const auto& entry : fs::directory_iterator(folder_.path())) {
    const std::string name = entry.path().filename().string();
    if (name.find("-finished") != std::string::npos || name.find("-ended") != std::string::npos) {
      EXPECT_EQ(test::read_rows(entry.path()).size(), 1U);
      EXPECT_EQ(test::media_files(entry.path()).size(), 1U);
      EXPECT_EQ(ordered_json::parse(test::read_text(entry.path() / "files/wandb-metadata.json")).at("exitcode"),
                3);
      ++runs;
    }
  }
  EXPECT_EQ(runs, 2);
}

TEST_F(Fork, AnUncaughtExceptionInTheChildLeavesTheParentsRunAlone) {
  Child child([&] {
    sconce::Run run(options());
    run.log("n", 0);
    require_end("signal 6", [&] { test::without_catch([&] { run.log("n", 1); }); });
    run.log("n", 1);
    run.finish(0);
  });
  EXPECT_EQ(child.end(), "exit 0") << child.errors();
  EXPECT_EQ(test::read_rows(latest_run()).size(), 2U);
}

}  // namespace
}  // namespace sconce
