#include "store/metadata.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <nlohmann/json.hpp>
#include <thread>

#include "store/file.h"
#include "support/run_reader.h"

namespace sconce::store {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

constexpr std::time_t kStart = 1'700'000'000;  // 2023-11-14 22:13:20 UTC

RunDescription description() {
  RunDescription run;
  run.project = "digits";
  run.name = "baseline";
  run.start = kStart;
  return run;
}

ordered_json metadata(std::optional<int> exit_code = std::nullopt) {
  return ordered_json::parse(metadata_text(description(), exit_code));
}

class CurrentFolder {
 public:
  explicit CurrentFolder(const fs::path& folder) : before_(fs::current_path()) { fs::current_path(folder); }
  ~CurrentFolder() { fs::current_path(before_); }
  CurrentFolder(const CurrentFolder&) = delete;
  CurrentFolder& operator=(const CurrentFolder&) = delete;

 private:
  fs::path before_;
};

TEST(Metadata, TellsTheProgramAndItsArguments) {
  const std::vector<std::string> words = testing::internal::GetArgvs();
  const ordered_json json = metadata();
  EXPECT_EQ(json["program"], words.front());
  EXPECT_EQ(json["args"], std::vector<std::string>(words.begin() + 1, words.end()));
  EXPECT_TRUE(fs::equivalent(json["executable"].get<std::string>(), words.front()));
  EXPECT_EQ(json["root"], fs::current_path().string());
}

TEST(Metadata, TellsTheMachine) {
  const ordered_json json = metadata();
  EXPECT_EQ(json["startedAt"], "2023-11-14T22:13:20Z");
  EXPECT_FALSE(json["host"].get<std::string>().empty());
  EXPECT_NE(json["os"].get<std::string>().find('-'), std::string::npos);
  EXPECT_EQ(json["cpu_count_logical"], std::thread::hardware_concurrency());
  EXPECT_GE(json["cpu_count"], 1);
  EXPECT_FALSE(json.contains("gpu_count"));
  RunDescription run = description();
  run.gpu_count = 4;
  EXPECT_EQ(ordered_json::parse(metadata_text(run, 0))["gpu_count"], 4);
}

TEST(Metadata, TellsWhatTheRunIsCalled) {
  EXPECT_EQ(metadata()["project"], "digits");
  EXPECT_EQ(metadata()["name"], "baseline");
  for (const char* key : {"group", "jobType", "notes", "tags"}) {
    EXPECT_FALSE(metadata().contains(key)) << key;
  }
  RunDescription run = description();
  run.group = "sweep 1";
  run.job_type = "train";
  run.notes = "two\nlines";
  run.tags = {"b", "a"};
  const ordered_json json = ordered_json::parse(metadata_text(run, std::nullopt));
  EXPECT_EQ(json["group"], "sweep 1");
  EXPECT_EQ(json["jobType"], "train");
  EXPECT_EQ(json["notes"], "two\nlines");
  EXPECT_EQ(json["tags"], (ordered_json{"b", "a"}));
}

TEST(Metadata, TellsHowTheRunEnded) {
  EXPECT_EQ(metadata()["state"], "running");
  EXPECT_FALSE(metadata().contains("exitcode"));
  EXPECT_EQ(metadata(0)["state"], "finished");
  EXPECT_EQ(metadata(0)["exitcode"], 0);
  EXPECT_EQ(metadata(3)["state"], "failed");
  EXPECT_EQ(metadata(3)["exitcode"], 3);
}

TEST(Metadata, NeverTellsTheEnvironment) {
  ::setenv("SCONCE_TEST_TOKEN", "kept-to-ourselves-7391", 1);
  ::setenv("WANDB_API_KEY", "kept-to-ourselves-7392", 1);
  const std::string text = metadata_text(description(), 0);
  ::unsetenv("SCONCE_TEST_TOKEN");
  ::unsetenv("WANDB_API_KEY");
  EXPECT_EQ(text.find("kept-to-ourselves"), std::string::npos);
  EXPECT_EQ(text.find("SCONCE_TEST_TOKEN"), std::string::npos);
}

TEST(Metadata, TellsTheCommitOfTheFolderItRunsIn) {
  const test::TemporaryFolder folder;
  const std::string commit(40, 'a');
  write_file(folder.path() / ".git/HEAD", commit + "\n", folder.path() / "scratch");
  const CurrentFolder there(folder.path());
  EXPECT_EQ(metadata()["git"], (ordered_json{{"commit", commit}}));
  write_file(folder.path() / ".git/config", "[remote \"origin\"]\n\turl = https://me:secret@example.com/x.git\n",
             folder.path() / "scratch");
  EXPECT_EQ(metadata()["git"], (ordered_json{{"remote", "https://example.com/x.git"}, {"commit", commit}}));
}

TEST(Metadata, SaysNothingOfGitOutsideOfARepository) {
  const test::TemporaryFolder folder;
  const CurrentFolder there(folder.path());
  EXPECT_FALSE(metadata().contains("git"));
}

TEST(Metadata, StandsInLinesOfItsOwn) {
  const std::string text = metadata_text(description(), std::nullopt);
  EXPECT_EQ(text.compare(0, 18, "{\n  \"project\": \"di"), 0) << text;
  EXPECT_EQ(text.substr(text.size() - 3), "\n}\n");
}

}  // namespace
}  // namespace sconce::store
