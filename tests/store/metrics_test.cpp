#include "store/metrics.h"

#include <gtest/gtest.h>

#include <protozero/pbf_reader.hpp>

namespace sconce::store {
namespace {

std::string message_of(const std::string& record) {
  protozero::pbf_reader reader(record);
  EXPECT_TRUE(reader.next(12));
  return reader.get_string();
}

MetricDefinition full(const std::string& name) {
  MetricDefinition metric;
  metric.name = name;
  metric.step_metric = "epoch";
  metric.hidden = true;
  metric.summary = {MetricSummary::Min, MetricSummary::First, MetricSummary::Best};
  metric.goal = MetricGoal::Maximize;
  return metric;
}

TEST(MetricRecord, IsReadBackAsItWas) {
  for (const char* const name : {"loss", "val/*"}) {
    const MetricDefinition read = read_metric(message_of(metric_record(full(name))));
    EXPECT_EQ(read.name, name);
    EXPECT_EQ(read.step_metric, "epoch");
    EXPECT_TRUE(read.syncs_steps());
    EXPECT_EQ(read.hidden, true);
    EXPECT_EQ(read.summary, full(name).summary);
    EXPECT_EQ(read.goal, MetricGoal::Maximize);
    EXPECT_FALSE(read.is_expanded);
  }
}

// define_metric("g/*", step_metric="epoch", summary="max") and a row with g/x, as wandb 0.23.1 writes the second
// record.
TEST(MetricRecord, OfAnExpandedNameHasTheBytesOfWandb) {
  Metrics metrics;
  MetricDefinition glob;
  glob.name = "g/*";
  glob.step_metric = "epoch";
  glob.summary = {MetricSummary::Max};
  metrics.define(glob);
  metrics.take_records();
  ASSERT_NE(metrics.find("g/x"), nullptr);
  const auto records = metrics.take_records();
  ASSERT_EQ(records.size(), 1U);
  EXPECT_EQ(message_of(records[0]), std::string("\x0a\x03g/x\x22\x05"
                                                "epoch\x32\x02\x08\x01\x3a\x02\x10\x01\x4a\x02\x08\x01\x50\x01"));
}

TEST(Metrics, TheStepMetricIsAMetricToo) {
  Metrics metrics;
  metrics.define(full("loss"));
  ASSERT_NE(metrics.find("epoch"), nullptr);
  EXPECT_EQ(metrics.take_records().size(), 2U);
  EXPECT_TRUE(metrics.take_records().empty());
  metrics.mark_lost();
  EXPECT_EQ(metrics.take_records().size(), 2U);
}

TEST(Metrics, OwnKeysOfARowAreNobodys) {
  Metrics metrics;
  metrics.define(full("*"));
  EXPECT_EQ(metrics.find("_step"), nullptr);
  EXPECT_NE(metrics.find("step"), nullptr);
}

}  // namespace
}  // namespace sconce::store
