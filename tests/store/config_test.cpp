#include "store/config.h"

#include <gtest/gtest.h>

#include <sstream>

namespace sconce::store {
namespace {

using nlohmann::ordered_json;

constexpr char kMask[] = "mask/class_labels";
constexpr char kBoxes[] = "bounding_box/class_labels";

/// What a line of the text says, whose values are JSON.
ordered_json value_of(const Config& config, const std::string& key) {
  std::istringstream lines(config.text());
  for (std::string line; std::getline(lines, line);) {
    const ordered_json member = ordered_json::parse("{" + line + "}");
    if (member.begin().key() == key) {
      return member.begin().value().at("value");
    }
  }
  return "no such key";
}

TEST(Config, HasOneKeyALine) {
  const Config config({{"lr", 1e-07}, {"batch", 64}, {"net", {{"depth", 3}}}, {"two\nlines: x", "a: b # c"}});
  EXPECT_EQ(config.text(),
            "\"lr\": {\"value\": 1.0e-07}\n"
            "\"batch\": {\"value\": 64}\n"
            "\"net\": {\"value\": {\"depth\": 3}}\n"
            "\"two\\nlines: x\": {\"value\": \"a: b # c\"}\n"
            "\"_wandb\": {\"value\": {}}\n");
}

TEST(Config, TakesValuesThatAreListsOrNull) {
  const Config config({{"list", {"a", "b"}}, {"pairs", {{1, 2}, {3, 4}}}, {"none", nullptr}});
  EXPECT_EQ(value_of(config, "list"), (ordered_json{"a", "b"}));
  EXPECT_EQ(value_of(config, "pairs"), ordered_json::parse("[[1,2],[3,4]]"));
  EXPECT_TRUE(value_of(config, "none").is_null());
}

TEST(Config, HasNothingButWandbByDefault) {
  EXPECT_EQ(Config().text(), "\"_wandb\": {\"value\": {}}\n");
  EXPECT_EQ(Config(nullptr).text(), "\"_wandb\": {\"value\": {}}\n");
}

TEST(Config, HoldsClassNamesWhereWandbLooksForThem) {
  Config config;
  EXPECT_TRUE(config.add_class_labels(kMask, "val/img", "truth", {{0, "sky"}, {7, "road"}}));
  EXPECT_TRUE(config.add_class_labels(kBoxes, "val/img", "prediction", {{1, "car"}}));
  EXPECT_EQ(
      to_string(value_of(config, "_wandb")),
      R"({"mask/class_labels":{"val/img_wandb_delimeter_truth":{"type":"mask/class_labels",)"
      R"("key":"val/img_wandb_delimeter_truth","value":{"0":"sky","7":"road"}}},)"
      R"("bounding_box/class_labels":{"val/img_wandb_delimeter_prediction":{"type":"bounding_box/class_labels",)"
      R"("key":"val/img_wandb_delimeter_prediction","value":{"1":"car"}}}})");
}

TEST(Config, AddsNamesUpAndTakesTheLastOfAnId) {
  Config config;
  config.add_class_labels(kMask, "img", "truth", {{0, "sky"}, {1, "road"}});
  config.add_class_labels(kMask, "img", "truth", {{1, "street"}, {2, "car"}});
  const ordered_json expected = {{"0", "sky"}, {"1", "street"}, {"2", "car"}};
  EXPECT_EQ(value_of(config, "_wandb")[kMask]["img_wandb_delimeter_truth"]["value"], expected);
}

TEST(Config, TellsWhetherNamesAreNew) {
  Config config;
  EXPECT_TRUE(config.add_class_labels(kMask, "img", "truth", {{0, "sky"}, {1, "road"}}));
  EXPECT_FALSE(config.add_class_labels(kMask, "img", "truth", {{0, "sky"}, {1, "road"}}));
  EXPECT_FALSE(config.add_class_labels(kMask, "img", "truth", {{1, "road"}})) << "a part of what is there";
  EXPECT_TRUE(config.add_class_labels(kMask, "img", "truth", {{1, "street"}}));
  EXPECT_TRUE(config.add_class_labels(kMask, "img", "prediction", {{0, "sky"}})) << "another group";
  EXPECT_TRUE(config.add_class_labels(kMask, "other", "truth", {{0, "sky"}})) << "another key";
  EXPECT_TRUE(config.add_class_labels(kBoxes, "img", "truth", {{0, "sky"}})) << "another kind";
}

}  // namespace
}  // namespace sconce::store
