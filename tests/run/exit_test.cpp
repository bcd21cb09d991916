// A process that ends with a run still open: by exit(), by an exception that nobody catches, from main, from
// another thread. What was logged is on disk, and the metadata say how the process ended.

#include <ATen/ATen.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <exception>
#include <memory>
#include <stdexcept>
#include <thread>

#include "sconce/sconce.h"
#include "support/child.h"
#include "support/file_size_limit.h"
#include "support/run_reader.h"

namespace sconce {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;
using test::Child;

constexpr int kRows = 40;

/// Rows that keep the encoders busy for a while, and one that is still open.
void log_rows(const Logger& logger) {
  for (int i = 0; i < kRows; ++i) {
    logger.log({{"n", i}, {"img", Image(at::randint(256, {3, 300, 300}, at::kByte))}});
  }
  logger.log("open", 1, 1000);
}

class EndOfProcess : public testing::Test {
 protected:
  RunOptions options() const { return RunOptions("test").dir(folder_.path()); }
  fs::path latest_run() const { return folder_.path() / fs::read_symlink(folder_.path() / "latest-run"); }
  static ordered_json metadata_of(const fs::path& run) {
    return ordered_json::parse(test::read_text(run / "files/wandb-metadata.json"));
  }
  void expect_sealed(int exit_code) const { expect_sealed(latest_run(), exit_code); }
  static void expect_sealed(const fs::path& run, int exit_code) {
    EXPECT_EQ(test::read_rows(run).size(), kRows + 1U);
    EXPECT_EQ(test::media_files(run).size(), static_cast<std::size_t>(kRows));
    EXPECT_EQ(metadata_of(run).at("state"), exit_code == 0 ? "finished" : "failed");
    EXPECT_EQ(metadata_of(run).value("exitcode", -1), exit_code);
    EXPECT_EQ(test::read_summary(run).at("open"), 1);
    EXPECT_FALSE(fs::exists(run / "tmp"));
  }

  test::TemporaryFolder folder_;
};

TEST_F(EndOfProcess, ExitFinishesARunOnTheStack) {
  Child child([&] {
    sconce::Run run(options());
    log_rows(run.logger());
    std::exit(3);
  });
  EXPECT_EQ(child.end(), "exit 3");
  EXPECT_EQ(child.errors(), "");
  expect_sealed(3);
}

TEST_F(EndOfProcess, ExitFinishesAStaticRunWithTheExitCode) {
  Child child([&] {
    static sconce::Run run(options());
    log_rows(run.logger());
    std::exit(7);
  });
  EXPECT_EQ(child.end(), "exit 7");
  expect_sealed(7);
}

TEST_F(EndOfProcess, ExitFinishesAStaticRunThatIsYoungerThanAnother) {
  Child child([&] {
    static sconce::Run older(options().dir(folder_.path() / "older"));
    older.log("n", 0);
    static sconce::Run younger(options());
    log_rows(younger.logger());
    std::exit(5);
  });
  EXPECT_EQ(child.end(), "exit 5");
  expect_sealed(5);
}

TEST_F(EndOfProcess, ExitFinishesARunThatWasNeverUsed) {
  Child child([&] {
    const sconce::Run run(options());
    std::exit(4);
  });
  EXPECT_EQ(child.end(), "exit 4");
  EXPECT_EQ(metadata_of(latest_run()).at("exitcode"), 4);
}

TEST_F(EndOfProcess, ExitFinishesTheRunOfAnotherThread) {
  Child child([&] {
    std::atomic<bool> is_logged{false};
    std::thread([&] {
      sconce::Run run(options());
      log_rows(run.logger());
      is_logged = true;
      ::pause();
    }).detach();
    while (!is_logged) {
      std::this_thread::yield();
    }
    std::exit(0);
  });
  EXPECT_EQ(child.end(), "exit 0");
  expect_sealed(0);
}

TEST_F(EndOfProcess, ExitFinishesSeveralRuns) {
  Child child([&] {
    std::vector<std::unique_ptr<sconce::Run>> runs;
    for (const char* name : {"a", "b", "c"}) {
      runs.push_back(std::make_unique<sconce::Run>(options().dir(folder_.path() / name)));
      log_rows(runs.back()->logger());
    }
    std::exit(2);
  });
  EXPECT_EQ(child.end(), "exit 2");
  for (const char* name : {"a", "b", "c"}) {
    const fs::path dir = folder_.path() / name;
    expect_sealed(dir / fs::read_symlink(dir / "latest-run"), 2);
  }
}

TEST_F(EndOfProcess, ExitWaitsForAThreadThatFinishes) {
  Child child([&] {
    sconce::Run run(options().compression(Compression::Small));  // takes longer than the process would
    log_rows(run.logger());
    std::thread([&] { run.finish(); }).detach();
    for (bool is_finished = false; !is_finished;) {
      try {
        run.summarize("waiting", 1);
      } catch (const c10::ValueError&) {
        is_finished = true;
      }
    }
    std::exit(9);
  });
  EXPECT_EQ(child.end(), "exit 9");
  expect_sealed(0);
}

TEST_F(EndOfProcess, TheExitCodeIsTheOneThatParentsSee) {
  Child child([&] {
    const sconce::Run run(options());
    std::exit(256 + 6);
  });
  EXPECT_EQ(child.end(), "exit 6");
  EXPECT_EQ(metadata_of(latest_run()).at("exitcode"), 6);
}

TEST_F(EndOfProcess, AnExceptionThatIsCaughtAboveIsExitCodeOne) {
  Child child([&] {
    try {
      sconce::Run run(options());
      log_rows(run.logger());
      throw std::runtime_error("training failed");
    } catch (const std::runtime_error&) {
    }
    std::exit(0);
  });
  EXPECT_EQ(child.end(), "exit 0");
  expect_sealed(1);
}

TEST_F(EndOfProcess, AnUncaughtExceptionIsExitCodeOne) {
  Child child([&] {
    test::without_catch([&] {
      sconce::Run run(options());
      log_rows(run.logger());
      throw std::runtime_error("training failed");
    });
  });
  EXPECT_EQ(child.end(), "signal 6");
  EXPECT_NE(child.errors().find("training failed"), std::string::npos) << "the handler before ours is called";
  expect_sealed(1);
}

TEST_F(EndOfProcess, UncaughtMisuseOfTheRunIsExitCodeOne) {
  const auto misuse = [this](const std::function<void(sconce::Run&)>& call) {
    Child child([&] {
      test::without_catch([&] {
        sconce::Run run(options().late_rows(LateRows::Throw));
        log_rows(run.logger());
        call(run);
      });
    });
    EXPECT_EQ(child.end(), "signal 6");
    expect_sealed(1);
    fs::remove_all(latest_run());
  };
  misuse([](sconce::Run& run) { run.log("", 1); });
  misuse([](sconce::Run& run) { run.log("late", 1, 3); });
  misuse([](sconce::Run& run) { run.logger().log("negative", 1, -1); });
}

TEST_F(EndOfProcess, AnUncaughtErrorOfTheDiskHangsNobody) {
  Child child([&] {
    test::without_catch([&] {
      sconce::Run run(options());
      const test::FileSizeLimit disk(300);
      run.log("text", std::string(1000, 'x'), 17);
      run.flush();
    });
  });
  EXPECT_EQ(child.end(), "signal 6");
  EXPECT_NE(child.errors().find("'text' at step 17"), std::string::npos) << child.errors();
}

TEST_F(EndOfProcess, TerminateFinishesTheRunsOfAllThreads) {
  Child child([&] {
    sconce::Run run(options());
    log_rows(run.logger());
    std::thread([] { std::terminate(); }).join();
  });
  EXPECT_EQ(child.end(), "signal 6");
  expect_sealed(1);
}

TEST_F(EndOfProcess, AThreadThatLogsOnIsNotThrownAt) {
  Child child([&] {
    sconce::Run run(options());
    std::atomic<int> logged{0};
    std::thread([&logged, logger = run.logger()] {
      for (;;) {
        logger.log("n", logged++);
      }
    }).detach();
    while (logged < 1000) {
      std::this_thread::yield();
    }
    std::exit(0);
  });
  EXPECT_EQ(child.end(), "exit 0") << child.errors();
  const auto rows = test::read_rows(latest_run());
  EXPECT_GE(rows.size(), 1000U);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    ASSERT_EQ(rows[i].at("n"), i);
  }
  EXPECT_EQ(metadata_of(latest_run()).at("exitcode"), 0);
}

TEST_F(EndOfProcess, WhatIsLoggedAfterTheEndIsNamed) {
  Child child([&] {
    static Logger logger;
    std::atexit([] { logger.log("late", 1); });  // older than the run, so called when that is finished
    sconce::Run run(options());
    logger = run.logger();
    log_rows(logger);
    std::exit(0);
  });
  EXPECT_EQ(child.end(), "exit 0");
  EXPECT_NE(child.errors().find("'late' at step 1001 is lost: the process ends"), std::string::npos)
      << child.errors();
  expect_sealed(0);
}

TEST_F(EndOfProcess, ExitInsideTheErrorHandlerHangsNobody) {
  Child child([&] {
    sconce::Run run(options().on_error([](const std::exception&) { std::exit(8); }));
    const test::FileSizeLimit disk(300);
    run.log("img", Image(at::randint(256, {3, 64, 64}, at::kByte)));
    ::pause();
  });
  EXPECT_EQ(child.end(), "exit 8");
  EXPECT_NE(child.errors().find("is not finished"), std::string::npos) << child.errors();
}

TEST_F(EndOfProcess, SignalsAreHandledOnTheProgramsThreads) {
  Child child([&] {
    sconce::Run run(options().encoder_threads(3));
    std::signal(SIGUSR1, [](int) { ::_exit(1); });
    sigset_t usr1;
    sigemptyset(&usr1);
    sigaddset(&usr1, SIGUSR1);
    pthread_sigmask(SIG_BLOCK, &usr1, nullptr);
    ::kill(::getpid(), SIGUSR1);  // would be delivered to any thread that takes it
    log_rows(run.logger());
    run.finish();
  });
  EXPECT_EQ(child.end(), "exit 0");
}

}  // namespace
}  // namespace sconce
