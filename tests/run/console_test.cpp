// What a process writes to its console while a run captures it. Each case is a process of its own, whose stdout is
// a file.

#include <ATen/ATen.h>
#include <c10/util/Exception.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <iostream>
#include <optional>
#include <stdexcept>
#include <thread>

#include "sconce/sconce.h"
#include "store/json_text.h"
#include "support/child.h"
#include "support/file_size_limit.h"
#include "support/run_reader.h"
#include "support/sanitizers.h"
#include "support/wandb_log.h"

namespace sconce {
namespace {

namespace fs = std::filesystem;
using test::Child;

void require(bool condition, const char* what) {
  if (!condition) {
    std::fprintf(stderr, "%s\n", what);
    std::fflush(nullptr);
    ::_exit(66);
  }
}

void say(int fd, const std::string& text) {
  require(::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size()), "a short write");
}

class Console : public testing::Test {
 protected:
  RunOptions options(const char* id = "abc") const {
    return RunOptions("test").dir(folder_.path() / "wandb").id(id).capture_console(true);
  }
  void write_to_file() const { write_to(::open((folder_.path() / "out").c_str(), O_WRONLY | O_CREAT, 0600)); }
  static void write_to(int file) {
    ::dup2(file, STDOUT_FILENO);
    ::close(file);
  }
  std::string shown() const { return test::read_text(folder_.path() / "out"); }
  fs::path run(const std::string& id = "abc") const {
    for (const auto& entry : fs::directory_iterator(folder_.path() / "wandb")) {
      const std::string name = entry.path().filename().string();
      if (name.size() > id.size() && name.substr(name.size() - id.size()) == id) {
        return entry.path();
      }
    }
    throw std::runtime_error("no run " + id);
  }
  std::string kept(const std::string& id = "abc") const { return test::read_text(run(id) / "files/output.log"); }
  /// What the log has of stdout (1) or stderr (0).
  std::string logged(int stream) const {
    std::string all;
    for (const test::Output& output : outputs()) {
      all += output.stream == stream ? output.text : "";
    }
    return all;
  }
  std::vector<test::Output> outputs() const {
    constexpr std::uint32_t kOutput = 13;
    std::vector<test::Output> outputs;
    for (const auto& record : test::read_run_log(run())) {
      if (record.kind == kOutput) {
        outputs.push_back(test::output_of(record.message));
      }
    }
    return outputs;
  }

  test::TemporaryFolder folder_;
};

TEST_F(Console, IsShownAndKept) {
  Child child([&] {
    write_to_file();
    std::printf("before\n");
    sconce::Run run(options());
    std::printf("printf\n");
    std::cout << "cout\n";
    std::cerr << "cerr\n";
    TORCH_WARN("a warning of LibTorch");
    run.log("n", 1, 5);
    run.log("n", 2, 3);  // a late row, of which sconce warns
    run.finish();
    std::printf("behind\n");
    std::fflush(stdout);
  });
  EXPECT_EQ(child.end(), "exit 0");
  EXPECT_EQ(shown(), "before\nprintf\ncout\nbehind\n");
  EXPECT_EQ(logged(1), "printf\ncout\n");
  EXPECT_EQ(logged(0), child.errors());
  for (const char* words : {"cerr\n", "a warning of LibTorch", "late rows are kept"}) {
    EXPECT_NE(child.errors().find(words), std::string::npos) << words;
    EXPECT_NE(kept().find(words), std::string::npos) << words;
  }
  std::string all;
  for (const test::Output& output : outputs()) {
    EXPECT_GT(output.timestamp, 1.7e9);
    all += output.text;
  }
  EXPECT_EQ(kept(), all);
}

TEST_F(Console, IsNotKeptUnlessAskedFor) {
  Child child([&] {
    write_to_file();
    sconce::Run run(options().capture_console(false));
    std::printf("x\n");
    run.finish();
    std::fflush(stdout);
  });
  EXPECT_EQ(child.end(), "exit 0");
  EXPECT_EQ(shown(), "x\n");
  EXPECT_FALSE(fs::exists(run() / "files/output.log"));
}

TEST_F(Console, NothingIsLostAtExit) {
  Child child([&] {
    write_to_file();
    static sconce::Run run(options());
    std::printf("without a newline");
    std::exit(3);
  });
  EXPECT_EQ(child.end(), "exit 3");
  EXPECT_EQ(shown(), "without a newline");
  EXPECT_EQ(kept(), "without a newline");
}

TEST_F(Console, NothingIsLostWithAnException) {
  Child child([&] {
    write_to_file();
    test::without_catch([&] {
      const sconce::Run run(options());
      std::printf("the last words");
      throw std::runtime_error("training failed");
    });
  });
  EXPECT_EQ(child.end(), "signal 6");
  EXPECT_EQ(shown(), "the last words");
  EXPECT_EQ(kept(), "the last words");
  EXPECT_NE(child.errors().find("training failed"), std::string::npos) << "said by the handler before ours";
}

TEST_F(Console, CharactersAreNotCutAndBadBytesAreReplaced) {
  std::string text;
  for (int i = 0; i < 100'000; ++i) {
    text += "\xe2\x82\xac\xf0\x9f\x98\x80";
  }
  Child child([&] {
    write_to_file();
    sconce::Run run(options());
    say(STDOUT_FILENO, text);
    say(STDOUT_FILENO, "\xff|\xf0\x9f");
    run.finish();
  });
  EXPECT_EQ(child.end(), "exit 0") << child.errors();
  EXPECT_EQ(shown(), text + "\xff|\xf0\x9f") << "shown as it is";
  const std::string valid = text + store::valid_utf8("\xff|\xf0\x9f");
  EXPECT_TRUE(logged(1) == valid);
  EXPECT_TRUE(kept() == valid);
  EXPECT_GT(outputs().size(), 2U);
}

TEST_F(Console, IsSharedByTheRunsThatAsk) {
  Child child([&] {
    write_to_file();
    sconce::Run first(options("first"));
    std::puts("one");
    {
      sconce::Run second(options("second"));
      std::puts("two");
    }
    std::puts("three");
    first.finish();
    std::puts("four");
    sconce::Run third(options("third"));
    std::puts("five");
    third.finish();
  });
  EXPECT_EQ(child.end(), "exit 0") << child.errors();
  EXPECT_EQ(shown(), "one\ntwo\nthree\nfour\nfive\n");
  EXPECT_EQ(kept("first"), "one\ntwo\nthree\n");
  EXPECT_EQ(kept("second"), "two\n");
  EXPECT_EQ(kept("third"), "five\n");
}

TEST_F(Console, TheChildOfAForkWritesPastIt) {
  SCONCE_SKIP_FORK_UNDER_SANITIZERS();
  Child child([&] {
    write_to_file();
    sconce::Run run(options());
    say(STDOUT_FILENO, "parent\n");
    const pid_t forked = ::fork();
    if (forked == 0) {
      say(STDOUT_FILENO, std::string(1 << 20, 'x'));  // more than a pipe takes that nobody reads
      ::_exit(0);
    }
    require(test::wait_for(forked) == "exit 0", "the child did not end");
    run.finish();
  });
  EXPECT_EQ(child.end(), "exit 0") << child.errors();
  EXPECT_EQ(shown().size(), 7U + (1 << 20));
  EXPECT_EQ(kept(), "parent\n");
}

TEST_F(Console, TheChildOfAForkMayCaptureForItself) {
  SCONCE_SKIP_FORK_UNDER_SANITIZERS();
  Child child([&] {
    write_to_file();
    sconce::Run run(options());
    const pid_t forked = ::fork();
    if (forked == 0) {
      sconce::Run own(options("own"));
      say(STDOUT_FILENO, "child\n");
      own.finish();
      ::_exit(0);
    }
    require(test::wait_for(forked) == "exit 0", "the child did not end");
    say(STDOUT_FILENO, "parent\n");
    run.finish();
  });
  EXPECT_EQ(child.end(), "exit 0") << child.errors();
  EXPECT_EQ(kept(), "parent\n");
  EXPECT_EQ(kept("own"), "child\n");
}

TEST_F(Console, ProgramsThatAreStartedAreHeard) {
  Child child([&] {
    write_to_file();
    sconce::Run run(options());
    require(std::system("echo started; echo trouble >&2") == 0, "no shell");
    run.finish();
  });
  EXPECT_EQ(child.end(), "exit 0") << child.errors();
  EXPECT_EQ(shown(), "started\n");
  EXPECT_EQ(logged(1), "started\n");
  EXPECT_EQ(logged(0), "trouble\n");
}

TEST_F(Console, AProgramThatLivesOnHoldsNobody) {
  Child child([&] {
    write_to_file();
    sconce::Run run(options());
    require(std::system("sleep 1000 & echo $!") == 0, "no shell");
    run.finish();
    sconce::Run next(options("next"));
    say(STDOUT_FILENO, "next\n");
    next.finish();
  });
  EXPECT_EQ(child.end(), "exit 0") << child.errors();
  EXPECT_EQ(shown(), kept() + "next\n");
  EXPECT_EQ(kept("next"), "next\n");
  EXPECT_EQ(::kill(std::stoi(kept()), SIGKILL), 0);
}

TEST_F(Console, ThreadsMayWriteWhileRunsComeAndGo) {
  constexpr int kThreads = 4;
  constexpr int kLines = 2000;
  Child child([&] {
    write_to_file();
    const sconce::Run all(options());
    std::vector<std::thread> threads;
    for (int thread = 0; thread < kThreads; ++thread) {
      threads.emplace_back([] {
        for (int line = 0; line < kLines; ++line) {
          say(STDOUT_FILENO, "a line\n");
        }
      });
    }
    for (int run = 0; run < 10; ++run) {
      sconce::Run(options(("r" + std::to_string(run)).c_str())).finish();
    }
    for (std::thread& thread : threads) {
      thread.join();
    }
    std::exit(0);
  });
  EXPECT_EQ(child.end(), "exit 0") << child.errors();
  EXPECT_EQ(kept().size(), std::size_t{7} * kThreads * kLines);
  EXPECT_EQ(shown(), kept());
}

TEST_F(Console, ADiskThatRefusesHoldsNobodyAndTheLossIsNamed) {
  Child child([&] {
    write_to(::open("/dev/null", O_WRONLY));
    sconce::Run run(options().on_error([](const std::exception&) {}));
    const test::FileSizeLimit disk(0);
    for (int i = 0; i < 500; ++i) {
      say(STDOUT_FILENO, std::string(100'000, 'x'));
    }
    try {
      run.finish();
      require(false, "nothing is lost");
    } catch (const std::runtime_error& error) {
      require(std::string(error.what()).find("output of the console, ") != std::string::npos, error.what());
    }
  });
  EXPECT_EQ(child.end(), "exit 0") << child.errors();
}

TEST_F(Console, WithRoomAgainTheLogSaysWhatIsMissing) {
  Child child([&] {
    write_to(::open("/dev/null", O_WRONLY));
    sconce::Run run(options().on_error([](const std::exception&) {}));
    {
      const test::FileSizeLimit disk(0);
      for (int i = 0; i < 100; ++i) {
        say(STDOUT_FILENO, std::string(100'000, 'x'));
      }
    }
    run.log("n", 1);
    run.flush();
    say(STDOUT_FILENO, "the end\n");
    try {
      run.finish();
    } catch (const std::runtime_error&) {
    }
  });
  EXPECT_EQ(child.end(), "exit 0") << child.errors();
  EXPECT_NE(kept().find(" bytes of output are missing here\n"), std::string::npos);
  EXPECT_EQ(kept().substr(kept().size() - 8), "the end\n");
}

}  // namespace
}  // namespace sconce
