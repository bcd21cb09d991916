// What a run writes to a terminal, and where it writes nothing.

#include <ATen/ATen.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <termios.h>
#include <unistd.h>

#include <cstdlib>
#include <functional>
#include <sstream>
#include <stdexcept>
#include <thread>

#include "sconce/sconce.h"
#include "support/child.h"
#include "support/file_size_limit.h"
#include "support/pseudo_terminal.h"
#include "support/run_reader.h"
#include "support/sanitizers.h"
#include "support/write_hook.h"

namespace sconce {
namespace {

namespace fs = std::filesystem;
using test::Child;
using test::PseudoTerminal;

class RunOnATerminal : public testing::Test {
 protected:
  /// A process in the folder, as a shell would start it.
  std::string end_of(const std::function<void()>& body) { return child(body)->end(); }
  std::unique_ptr<Child> child(const std::function<void()>& body) {
    return std::make_unique<Child>([this, body] {
      terminal_.become_stderr();
      fs::current_path(folder_.path());
      ::setenv("PWD", folder_.path().c_str(), 1);
      body();
    });
  }
  std::string latest_run() const { return fs::read_symlink(folder_.path() / "wandb/latest-run").string(); }

  test::TemporaryFolder folder_;
  PseudoTerminal terminal_;
};

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t times = 0;
  for (auto place = text.find(part); place != std::string::npos; place = text.find(part, place + 1)) {
    ++times;
  }
  return times;
}

TEST_F(RunOnATerminal, TellsItsNameAndDirectoryAtTheStart) {
  EXPECT_EQ(end_of([] {
              const sconce::Run run(RunOptions("test").name("my digits"));
              ::_exit(0);
            }),
            "exit 0");
  EXPECT_EQ(terminal_.screen(), "sconce: run my digits in wandb/" + latest_run() + "\n");
}

TEST_F(RunOnATerminal, EndsWithTablesCountsAndTheCommand) {
  EXPECT_EQ(end_of([] {
              sconce::Run run(RunOptions("test").name("digits"));
              for (int i = 0; i < 5; ++i) {
                run.log({{"loss", 1.0 / (i + 1)}, {"n", i}, {"text", "hello"}, {"flag", true}});
              }
              run.log("img", Image(at::zeros({3, 4, 4}, at::kByte)));
              run.summarize("best", 0.123456789);
              run.finish();
            }),
            "exit 0");
  const auto picture = fs::file_size(folder_.path() / "wandb" / latest_run() / "files" /
                                     test::media_files(folder_.path() / "wandb" / latest_run()).at(0));
  EXPECT_EQ(terminal_.screen(), "sconce: run digits in wandb/" + latest_run() +
                                    "\n"
                                    "sconce:\n"
                                    "sconce: Run history:\n"
                                    "sconce: loss █▄▂▁▁\n"
                                    "sconce:    n ▁▃▅▆█\n"
                                    "sconce:\n"
                                    "sconce: Run summary:\n"
                                    "sconce: best 0.12346\n"
                                    "sconce: flag true\n"
                                    "sconce: loss 0.2\n"
                                    "sconce:    n 4\n"
                                    "sconce: text hello\n"
                                    "sconce:\n"
                                    "sconce: 6 rows, 1 media file of " +
                                    std::to_string(picture) +
                                    " B\n"
                                    "sconce: To upload this run:\n"
                                    "sconce: wandb sync wandb/" +
                                    latest_run() + "\n");
}

TEST_F(RunOnATerminal, ShowsTheWholeCourseOfALongRun) {
  EXPECT_EQ(end_of([] {
              sconce::Run run(RunOptions("test"));
              for (int i = 0; i < 100'000; ++i) {
                run.log({{"rising", i}, {"falling", -i}});
                if (i % 1000 == 0) {
                  run.log("now and then", i / 1000);
                }
              }
              run.finish();
            }),
            "exit 0");
  const std::string screen = terminal_.screen();
  for (const char* line : {"     falling ████▇▇▇▇▇▆▆▆▆▆▆▅▅▅▅▅▅▄▄▄▄▄▃▃▃▃▃▂▂▂▂▂▂▁▁▁\n",
                           "now and then ▁▁▁▁▂▂▂▂▂▃▃▃▃▃▃▄▄▄▄▄▅▅▅▅▅▅▆▆▆▆▆▆▇▇▇▇▇███\n",
                           "      rising ▁▁▁▁▂▂▂▂▂▃▃▃▃▃▃▄▄▄▄▄▅▅▅▅▅▅▆▆▆▆▆▇▇▇▇▇▇███\n"}) {
    EXPECT_NE(screen.find(line), std::string::npos) << screen;
  }
}

TEST_F(RunOnATerminal, IsSilentByWandbSilent) {
  EXPECT_EQ(end_of([] {
              for (const char* yes : {"true", "True", "1", "yes", "on"}) {
                ::setenv("WANDB_SILENT", yes, 1);
                sconce::Run run(RunOptions("test"));
                run.log("n", 1);
                run.finish();
              }
            }),
            "exit 0");
  EXPECT_EQ(terminal_.output(), "");
}

TEST_F(RunOnATerminal, SpeaksIfWandbSilentSaysNo) {
  EXPECT_EQ(end_of([] {
              for (const char* no : {"false", "0", ""}) {
                ::setenv("WANDB_SILENT", no, 1);
                sconce::Run(RunOptions("test")).finish();
              }
            }),
            "exit 0");
  EXPECT_EQ(count(terminal_.output(), "wandb sync "), 3U);
}

TEST_F(RunOnATerminal, IsSilentWhereStderrIsAFile) {
  Child silent([this] {
    ::unsetenv("WANDB_SILENT");
    sconce::Run run(RunOptions("test").dir(folder_.path()));
    run.log("n", 1);
    run.finish();
  });
  EXPECT_EQ(silent.end(), "exit 0");
  EXPECT_EQ(silent.errors(), "");
}

TEST_F(RunOnATerminal, ShowsWhatFinishWaitsForAndTakesItAway) {
  int open_when_stuck[2];  // the disk works when its other end is closed
  ASSERT_EQ(::pipe(open_when_stuck), 0);
  const auto process = child([&] {
    ::close(open_when_stuck[1]);
    sconce::Run run(RunOptions("test"));
    const test::WriteHook hook([&](int file, const void* bytes, std::size_t size) {
      char end = 0;
      return file != STDERR_FILENO && ::read(open_when_stuck[0], &end, 1) < 0
                 ? -1
                 : test::system_write(file, bytes, size);
    });
    run.log({{"n", 1}, {"img", Image(at::zeros({3, 4, 4}, at::kByte))}});
    run.summarize("best", 1);  // waits behind the row, and is none
    run.finish();
  });
  ::close(open_when_stuck[0]);
  EXPECT_TRUE(terminal_.wait_for("\rsconce: finishing: 1 row and 1 image to write, "));
  ::close(open_when_stuck[1]);
  EXPECT_EQ(process->end(), "exit 0");
  const std::string screen = terminal_.screen();
  EXPECT_EQ(screen.find("finishing"), std::string::npos) << screen;
  EXPECT_NE(screen.find("1 row, 1 media file of "), std::string::npos) << screen;
}

TEST_F(RunOnATerminal, TellsHowLongCallsWaitedForRoom) {
  EXPECT_EQ(end_of([] {
              sconce::Run run(RunOptions("test").max_pending_bytes(10'000));
              const test::WriteHook slow_disk([&](int file, const void* bytes, std::size_t size) {
                std::this_thread::sleep_for(std::chrono::milliseconds(20));
                return test::system_write(file, bytes, size);
              });
              for (int i = 0; i < 20; ++i) {
                run.log("text", std::string(9'000, 'x'));
              }
              run.finish();
            }),
            "exit 0");
  const std::string screen = terminal_.screen();
  EXPECT_NE(screen.find("sconce: log() waited "), std::string::npos) << screen;
}

TEST_F(RunOnATerminal, NamesWhatWasLost) {
  EXPECT_EQ(end_of([] {
              sconce::Run run(RunOptions("test").on_error([](const std::exception&) {}));
              const test::FileSizeLimit disk(300);
              run.log("text", std::string(1000, 'x'), 17);
              EXPECT_THROW(run.finish(), std::runtime_error);
            }),
            "exit 0");
  const std::string screen = terminal_.screen();
  EXPECT_NE(screen.find("'text' at step 17"), std::string::npos) << screen;
  EXPECT_NE(screen.find("sconce: 0 rows\n"), std::string::npos) << screen;
}

TEST_F(RunOnATerminal, TellsTheEndWhenTheProcessEnds) {
  EXPECT_EQ(end_of([] {
              sconce::Run run(RunOptions("test"));
              run.log("n", 1);
              std::exit(3);
            }),
            "exit 3");
  EXPECT_NE(terminal_.screen().find("wandb sync wandb/" + latest_run()), std::string::npos);
}

TEST_F(RunOnATerminal, IsSilentInAForkedProcess) {
  SCONCE_SKIP_FORK_UNDER_SANITIZERS();
  EXPECT_EQ(end_of([] {
              sconce::Run run(RunOptions("test"));
              run.log("n", 1);
              run.flush();
              const pid_t forked = ::fork();
              if (forked == 0) {
                std::exit(0);
              }
              test::wait_for(forked);
              run.finish();
            }),
            "exit 0");
  const std::string output = terminal_.output();
  EXPECT_EQ(count(output, "sconce: run "), 1U) << output;
  EXPECT_EQ(count(output, "wandb sync "), 1U) << output;
}

TEST_F(RunOnATerminal, IsNotStoppedByAStoppedTerminal) {
  EXPECT_EQ(end_of([] {
              ::tcflow(STDERR_FILENO, TCOOFF);  // what ^S does
              sconce::Run run(RunOptions("test"));
              run.log("n", 1);
              run.finish();
            }),
            "exit 0");
  EXPECT_EQ(test::read_summary(folder_.path() / "wandb" / latest_run()).at("n"), 1);
}

TEST_F(RunOnATerminal, ObeysNoText) {
  EXPECT_EQ(end_of([] {
              sconce::Run run(RunOptions("test").name("a\033]0;title\007"));
              run.log({{"key\033[31m\n", 1}, {"text", "\033[2J\r"}});
              run.finish();
            }),
            "exit 0");
  EXPECT_EQ(terminal_.output().find('\033'), std::string::npos);
  const std::string screen = terminal_.screen();
  EXPECT_NE(screen.find("run a\\x1b]0;title\\x07 in"), std::string::npos) << screen;
  EXPECT_NE(screen.find("key\\x1b[31m\\n 1"), std::string::npos) << screen;
  EXPECT_NE(screen.find("text \\x1b[2J\\r"), std::string::npos) << screen;
}

}  // namespace
}  // namespace sconce
