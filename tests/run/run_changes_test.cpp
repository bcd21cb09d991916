#include <c10/util/Exception.h>
#include <gtest/gtest.h>

#include <ATen/ATen.h>

#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>
#include <protozero/pbf_reader.hpp>

#include "sconce/sconce.h"
#include "support/run_reader.h"
#include "support/wandb_log.h"

namespace sconce {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

class RunChanges : public testing::Test {
 protected:
  std::vector<std::string> messages(std::uint32_t kind) const {
    std::vector<std::string> found;
    for (const test::WandbRecord& record : test::read_run_log(run_.dir())) {
      if (record.kind == kind) {
        found.push_back(record.message);
      }
    }
    return found;
  }
  fs::path write(const fs::path& file, const std::string& text) const {
    fs::create_directories(file.parent_path());
    std::ofstream(file) << text;
    return file;
  }

  test::TemporaryFolder folder_;
  sconce::Run run_{RunOptions("p").dir(folder_.path() / "wandb").config({{"lr", 0.1}, {"kept", 1}})};
};

TEST_F(RunChanges, ConfigIsAddedToAndReplaced) {
  run_.config({{"lr", 0.5}, {"opt", Row{{"name", "sgd"}}}});
  run_.log("loss", 1);
  run_.flush();
  const auto config = test::read_config(run_.dir());
  EXPECT_EQ(config["lr"], 0.5);
  EXPECT_EQ(config["kept"], 1);
  EXPECT_EQ(config["opt"]["name"], "sgd");
  const auto records = messages(5);
  ASSERT_EQ(records.size(), 1U);
  EXPECT_EQ(test::items_of(records[0]), (ordered_json{{"lr", 0.5}, {"opt", {{"name", "sgd"}}}}));
}

TEST_F(RunChanges, ConfigRefusesWhatNoConfigHas) {
  EXPECT_THROW(run_.config({{"x", Image(at::zeros({2, 2}))}}), c10::ValueError);
  EXPECT_THROW(run_.config({{"_wandb", 1}}), c10::ValueError);
  run_.finish();
  EXPECT_THROW(run_.config({{"x", 1}}), c10::ValueError);
  EXPECT_EQ(test::read_config(run_.dir()).size(), 3U) << "lr, kept and _wandb";
}

TEST_F(RunChanges, AMetricsSummaryHasWhatItsDefinitionNames) {
  const double nan = std::nan("");
  using S = MetricSummary;
  run_.define_metric("all", MetricOptions().summary({S::Min, S::Max, S::Mean, S::First, S::Last, S::Best}));
  run_.define_metric("up", MetricOptions().summary({S::Best}).goal(MetricGoal::Maximize));
  run_.define_metric("count", MetricOptions().summary({S::Max}));
  run_.define_metric("hidden", MetricOptions().summary({S::None}));
  for (const double value : {2.0, 0.5, nan, 1.5}) {
    run_.log({{"all", value}, {"up", value}, {"count", 3}, {"hidden", 1}, {"plain", value}});
  }
  run_.finish();
  const auto summary = test::read_summary(run_.dir());
  EXPECT_EQ(
      summary["all"],
      (ordered_json{{"min", 0.5}, {"max", 2.0}, {"mean", 4.0 / 3}, {"first", 2.0}, {"last", 1.5}, {"best", 0.5}}));
  EXPECT_EQ(summary["up"], (ordered_json{{"best", 2.0}}));
  EXPECT_EQ(summary["count"].dump(), "{\"max\":3}") << "an integer stays one";
  EXPECT_FALSE(summary.contains("hidden"));
  EXPECT_EQ(summary["plain"], 1.5);
  ordered_json uploaded = ordered_json::object();
  for (const std::string& record : messages(3)) {
    uploaded.update(test::items_of(record), true);
  }
  EXPECT_EQ(uploaded, summary);
}

TEST_F(RunChanges, AStarNamesAllKeysThatBeginSo) {
  run_.define_metric("val/*", MetricOptions().summary({MetricSummary::Min}));
  run_.define_metric("val/acc*", MetricOptions().summary({MetricSummary::Max}));
  run_.log({{"val/loss", 1}, {"val/accuracy", 1}, {"value", 1}});
  run_.log({{"val/loss", 2}, {"val/accuracy", 2}, {"value", 2}});
  run_.finish();
  const auto summary = test::read_summary(run_.dir());
  EXPECT_EQ(summary["val/loss"], (ordered_json{{"min", 1}}));
  EXPECT_EQ(summary["val/accuracy"], (ordered_json{{"max", 2}})) << "the longest";
  EXPECT_EQ(summary["value"], 2);
  EXPECT_EQ(messages(12).size(), 4U) << "two with a star, two of keys";
}

TEST_F(RunChanges, RowsGetTheLastValueOfTheirStepMetric) {
  run_.define_metric("val/*", MetricOptions().step_metric("epoch"));
  run_.define_metric("free", MetricOptions().step_metric("epoch").step_sync(false));
  run_.log("val/loss", 9);  // no epoch yet
  run_.log("epoch", 4);
  run_.log({{"val/loss", 1}, {"val/accuracy", 2}});
  run_.log("free", 1);
  run_.log({{"val/loss", 2}, {"epoch", 5}});
  run_.finish();
  const auto rows = test::read_rows(run_.dir());
  EXPECT_EQ(test::user_keys(rows[0]), (std::vector<std::string>{"val/loss"}));
  EXPECT_EQ(rows[2]["epoch"], 4);
  EXPECT_EQ(test::user_keys(rows[2]), (std::vector<std::string>{"val/loss", "val/accuracy", "epoch"}));
  EXPECT_EQ(test::user_keys(rows[3]), (std::vector<std::string>{"free"}));
  EXPECT_EQ(rows[4]["epoch"], 5);
  EXPECT_EQ(test::logged_rows(test::read_run_log(run_.dir())), rows);
}

TEST_F(RunChanges, DefinitionsAddUp) {
  run_.define_metric("loss", MetricOptions().summary({MetricSummary::Min}));
  run_.log("loss", 1);
  run_.define_metric("loss", MetricOptions().goal(MetricGoal::Minimize));
  run_.log("loss", 2);
  run_.finish();
  EXPECT_EQ(test::read_summary(run_.dir())["loss"], (ordered_json{{"min", 1}}));
}

TEST_F(RunChanges, MetricsRefuseNamesThatNameNothing) {
  EXPECT_THROW(run_.define_metric(""), c10::ValueError);
  EXPECT_THROW(run_.define_metric("a*b"), c10::ValueError);
  EXPECT_THROW(run_.define_metric("**"), c10::ValueError);
  run_.define_metric("*");
}

TEST_F(RunChanges, ASavedFileIsCopiedAtTheCall) {
  const fs::path file = write(folder_.path() / "model.pt", "weights");
  run_.save(file);
  run_.save(file, "checkpoints/first.pt");
  write(file, "changed");
  run_.log("loss", 1);
  run_.finish();
  EXPECT_EQ(test::read_text(run_.dir() / "files/model.pt"), "weights");
  EXPECT_EQ(test::read_text(run_.dir() / "files/checkpoints/first.pt"), "weights");
  const auto files = test::logged_files(test::read_run_log(run_.dir()));
  EXPECT_EQ(std::count(files.begin(), files.end(), "model.pt"), 1);
  EXPECT_EQ(std::count(files.begin(), files.end(), "checkpoints/first.pt"), 1);
}

TEST_F(RunChanges, SaveRefusesWhatIsNoFileAndNamesOfTheRun) {
  const fs::path file = write(folder_.path() / "config.yaml", "x");
  EXPECT_THROW(run_.save(folder_.path() / "missing"), c10::ValueError);
  EXPECT_THROW(run_.save(folder_.path()), c10::ValueError);
  EXPECT_THROW(run_.save(file), c10::ValueError) << "config.yaml is the run's";
  EXPECT_THROW(run_.save(file, "../up"), c10::ValueError);
  EXPECT_THROW(run_.save(file, "/etc/up"), c10::ValueError);
  EXPECT_THROW(run_.save(file, "media/images/x.png"), c10::ValueError);
  EXPECT_THROW(run_.save(file, "folder/"), c10::ValueError);
  run_.save(file, "mine.yaml");
}

TEST_F(RunChanges, AnAlertWaitsInTheLog) {
  run_.alert("Loss is NaN", "at step 3 \xff", AlertLevel::Error, std::chrono::seconds(5));
  run_.finish();
  const auto records = messages(10);
  ASSERT_EQ(records.size(), 1U);
  protozero::pbf_reader alert(records[0]);
  std::vector<std::string> texts;
  while (alert.next()) {
    texts.push_back(alert.tag() == 4 ? std::to_string(alert.get_int64()) : alert.get_string());
  }
  EXPECT_EQ(texts, (std::vector<std::string>{"Loss is NaN", "at step 3 \xef\xbf\xbd", "ERROR", "5000"}));
  EXPECT_THROW(sconce::Run(RunOptions("p").dir(folder_.path() / "wandb")).alert("", "x"), c10::ValueError);
}

}  // namespace
}  // namespace sconce
