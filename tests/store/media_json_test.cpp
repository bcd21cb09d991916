#include "store/media_json.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "store/json_text.h"

namespace sconce::store {
namespace {

StoredImage image(const char* path) {
  StoredImage stored;
  stored.file = {path, "5ha", 123};
  stored.format = "png";
  stored.width = 7;
  stored.height = 5;
  return stored;
}

StoredLayer layer(const char* name, const char* path) { return {name, {path, "1ay", 45}, {{0, "sky"}}}; }

// ---- the keys and their order are those of wandb 0.28 ----

TEST(ImageJson, HasNoMoreKeysThanItNeeds) {
  EXPECT_EQ(to_text(image_json(image("media/images/a_0_5ha.png"))),
            R"({"_type":"image-file","sha256":"5ha","size":123,"path":"media/images/a_0_5ha.png","format":"png",)"
            R"("width":7,"height":5})");
}

TEST(ImageJson, BeginsWithItsCaptionAndEndsWithItsLayers) {
  StoredImage stored = image("p");
  stored.caption = "a cat";
  stored.grouping = 3;
  stored.boxes = {layer("truth", "b1"), layer("guess", "b2")};
  stored.masks = {layer("m", "m1")};
  EXPECT_EQ(
      to_text(image_json(stored)),
      R"({"caption":"a cat","_type":"image-file","sha256":"5ha","size":123,"path":"p","format":"png","width":7,)"
      R"("height":5,"grouping":3,"boxes":{"truth":{"_type":"boxes2D","sha256":"1ay","size":45,"path":"b1"},)"
      R"("guess":{"_type":"boxes2D","sha256":"1ay","size":45,"path":"b2"}},)"
      R"("masks":{"m":{"_type":"mask","sha256":"1ay","size":45,"path":"m1"}}})");
}

TEST(ImageJson, KeepsAnEmptyCaption) {
  StoredImage stored = image("p");
  stored.caption = "";
  EXPECT_EQ(image_json(stored)["caption"], "");
}

TEST(ImagesJson, TellsOfEveryImage) {
  StoredImage second = image("p1");
  second.width = 70;
  second.format = "jpg";
  EXPECT_EQ(
      to_text(images_json({image("p0"), second})),
      R"({"_type":"images/separated","width":7,"height":5,"format":"png","count":2,"filenames":["p0","p1"]})");
}

TEST(ImagesJson, HasCaptionsAndLayersIfAnyImageHas) {
  std::vector<StoredImage> images = {image("p0"), image("p1"), image("p2")};
  images[1].caption = "one";
  images[1].boxes = {layer("b", "b1")};
  images[2].masks = {layer("m", "m2")};
  EXPECT_EQ(to_text(images_json(images)),
            R"({"_type":"images/separated","width":7,"height":5,"format":"png","count":3,)"
            R"("filenames":["p0","p1","p2"],"captions":[null,"one",null],)"
            R"("all_masks":[null,null,{"m":{"_type":"mask","sha256":"1ay","size":45,"path":"m2"}}],)"
            R"("all_boxes":[null,{"b":{"_type":"boxes2D","sha256":"1ay","size":45,"path":"b1"}},null]})");
}

TEST(ImagesJson, IsAnEmptyListWithoutImages) { EXPECT_EQ(to_text(images_json({})), "[]"); }

TEST(AllLayersJson, IsNullWithoutLayers) {
  EXPECT_TRUE(all_boxes_json({image("a"), image("b")}).is_null());
  EXPECT_TRUE(all_masks_json({image("a")}).is_null());
  EXPECT_TRUE(all_masks_json({}).is_null());
}

TEST(CaptionsJson, IsNullWithoutCaptions) {
  EXPECT_TRUE(captions_json({}).is_null());
  EXPECT_TRUE(captions_json({std::nullopt, std::nullopt}).is_null());
  EXPECT_EQ(to_text(captions_json({std::nullopt, ""})), R"([null,""])");
}

TEST(HistogramJson, HasCountsAndEdges) {
  EXPECT_EQ(to_text(histogram_json({2, 0, 1}, {-1.0, 0.0, 1.0, 2.5}, 0)),
            R"({"_type":"histogram","values":[2,0,1],"bins":[-1.0,0.0,1.0,2.5]})");
}

TEST(HistogramJson, CountsWhatIsNotFinite) {
  EXPECT_EQ(to_text(histogram_json({0}, {0.0, 1.0}, 4)),
            R"({"_type":"histogram","values":[0],"bins":[0.0,1.0],"non_finite":4})");
}

TEST(BoxesText, WritesBoxesInPixels) {
  BoxGroup group;
  group.boxes = {{1.5, 2, 3.25, 4, 7, "a car", {{"acc", 0.5}, {"loss", 2.0}}}};
  group.class_labels = {{-1, "none"}, {7, "car"}};
  EXPECT_EQ(
      boxes_text(group),
      R"({"box_data":[{"position":{"minX":1.5,"maxX":3.25,"minY":2.0,"maxY":4.0},"domain":"pixel","class_id":7,)"
      R"("box_caption":"a car","scores":{"acc":0.5,"loss":2.0}}],"class_labels":{"-1":"none","7":"car"}})");
}

TEST(BoxesText, WritesNoDomainForFractions) {
  BoxGroup group;
  group.normalized = true;
  group.boxes = {{0, 0.25, 0.5, 1, {}, {}, {}}};
  EXPECT_EQ(boxes_text(group), R"({"box_data":[{"position":{"minX":0.0,"maxX":0.5,"minY":0.25,"maxY":1.0}}]})");
}

TEST(BoxesText, KeepsIntegersIntegers) {
  BoxGroup group;
  group.integral = true;
  group.boxes = {{-1, 2, 3, 4, {}, {}, {}}};
  EXPECT_EQ(boxes_text(group),
            R"({"box_data":[{"position":{"minX":-1,"maxX":3,"minY":2,"maxY":4},"domain":"pixel"}]})");
}

TEST(BoxesText, MayHoldNoBoxes) { EXPECT_EQ(boxes_text({}), R"({"box_data":[]})"); }

TEST(BoxesText, ReplacesBytesThatAreNotUtf8) {
  BoxGroup group;
  group.integral = true;
  group.boxes = {{0, 0, 1, 1, {}, "\xff", {}}};
  EXPECT_NE(boxes_text(group).find("\"box_caption\":\"\xEF\xBF\xBD\""), std::string::npos);
}

}  // namespace
}  // namespace sconce::store
