#include "run/environment.h"

#include <gtest/gtest.h>

#include <ATen/ATen.h>

#include <cstdlib>
#include <regex>

#include "sconce/sconce.h"
#include "support/run_reader.h"

namespace sconce {
namespace {

namespace fs = std::filesystem;

/// wandb's variables, for as long as a test takes.
class Environment : public testing::Test {
 protected:
  ~Environment() override {
    for (const std::string& name : names_) {
      ::unsetenv(name.c_str());
    }
  }
  void set(const std::string& name, const std::string& value) {
    names_.push_back(name);
    ::setenv(name.c_str(), value.c_str(), 1);
  }

  test::TemporaryFolder folder_;

 private:
  std::vector<std::string> names_;
};

TEST_F(Environment, FillsWhatOptionsLeaveUnset) {
  set("WANDB_ENTITY", "team");
  set("WANDB_PROJECT", "p");
  set("WANDB_NAME", "n");
  set("WANDB_NOTES", "some notes");
  set("WANDB_RUN_ID", "an-id");
  set("WANDB_RUN_GROUP", "g");
  set("WANDB_JOB_TYPE", "j");
  set("WANDB_TAGS", "a,b,,c d");
  set("WANDB_DIR", "/some/where");
  const RunOptions options = with_environment({});
  EXPECT_EQ(options.entity(), "team");
  EXPECT_EQ(options.project(), "p");
  EXPECT_EQ(options.name(), "n");
  EXPECT_EQ(options.notes(), "some notes");
  EXPECT_EQ(options.id(), "an-id");
  EXPECT_EQ(options.group(), "g");
  EXPECT_EQ(options.job_type(), "j");
  EXPECT_EQ(options.tags(), (std::vector<std::string>{"a", "b", "c d"}));
  EXPECT_EQ(options.dir(), "/some/where/wandb");
  EXPECT_FALSE(*options.disabled());
}

TEST_F(Environment, YieldsToOptions) {
  for (const char* name : {"WANDB_PROJECT", "WANDB_NAME", "WANDB_RUN_ID", "WANDB_TAGS", "WANDB_DIR"}) {
    set(name, "environment");
  }
  set("WANDB_MODE", "disabled");
  const RunOptions options =
      with_environment(RunOptions("p").name("n").id("i").tags({"t"}).dir("d").disabled(false));
  EXPECT_EQ(options.project(), "p");
  EXPECT_EQ(options.name(), "n");
  EXPECT_EQ(options.id(), "i");
  EXPECT_EQ(options.tags(), (std::vector<std::string>{"t"}));
  EXPECT_EQ(options.dir(), "d");
  EXPECT_FALSE(*options.disabled());
}

TEST_F(Environment, LeavesDefaultsWhereItIsEmpty) {
  set("WANDB_PROJECT", "");
  set("WANDB_DIR", "");
  const RunOptions options = with_environment({});
  EXPECT_EQ(options.project(), "uncategorized");
  EXPECT_EQ(options.dir(), "wandb");
  EXPECT_EQ(options.name(), "");
}

TEST_F(Environment, IsCheckedAsOptionsAre) {
  set("WANDB_PROJECT", "a/b");
  EXPECT_THROW(sconce::Run(RunOptions().dir(folder_.path())), c10::ValueError);
  EXPECT_TRUE(fs::is_empty(folder_.path()));
}

TEST_F(Environment, ARunWithoutANameGetsTwoWordsAndANumber) {
  for (int i = 1; i <= 2; ++i) {
    const sconce::Run run(RunOptions().dir(folder_.path()));
    const auto metadata = nlohmann::json::parse(test::read_text(run.dir() / "files/wandb-metadata.json"));
    EXPECT_TRUE(
        std::regex_match(metadata["name"].get<std::string>(), std::regex("[a-z]+-[a-z]+-" + std::to_string(i))))
        << metadata["name"];
  }
}

TEST_F(Environment, ADisabledRunLeavesNothingAndTakesAllCalls) {
  set("WANDB_MODE", "disabled");
  const fs::path file = folder_.path() / "file";
  {
    sconce::Run run(RunOptions("p").dir(folder_.path() / "wandb"));
    EXPECT_TRUE(run.dir().empty());
    EXPECT_EQ(run.id().size(), 8U);
    EXPECT_FALSE(run.logger());
    run.log("loss", 0.5);
    run.logger("val/").log("picture", Image(at::zeros({3, 4, 4})));
    run.summarize("best", 1);
    run.config({{"lr", 1}});
    run.define_metric("a");
    run.save(file);
    run.alert("title", "text");
    Image image(at::zeros({3, 4, 4}));
    image.bind_to_run(run, "key", 0);
    EXPECT_TRUE(image.to_json(run).empty());
    EXPECT_TRUE(Image::seq_to_json({image}, run, "key", 0).empty());
    run.flush();
    run.finish();
  }
  EXPECT_TRUE(fs::is_empty(folder_.path()));
}

}  // namespace
}  // namespace sconce
