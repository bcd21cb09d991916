#include "store/media_json.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "store/json_text.h"

namespace sconce::store {
namespace {

using nlohmann::ordered_json;
using Layers = std::vector<StoredLayer> StoredImage::*;

ordered_json layers_json(const std::vector<StoredLayer>& layers, const char* type) {
  ordered_json json = ordered_json::object();
  for (const StoredLayer& layer : layers) {
    json[layer.name] = {
        {"_type", type}, {"sha256", layer.file.sha256}, {"size", layer.file.size}, {"path", layer.file.path}};
  }
  return json;
}

ordered_json all_layers_json(const std::vector<StoredImage>& images, Layers layers, const char* type) {
  if (std::all_of(images.begin(), images.end(),
                  [&](const StoredImage& image) { return (image.*layers).empty(); })) {
    return nullptr;
  }
  ordered_json json = ordered_json::array();
  for (const StoredImage& image : images) {
    json.push_back((image.*layers).empty() ? ordered_json(nullptr) : layers_json(image.*layers, type));
  }
  return json;
}

ordered_json box_json(const Box& box, const BoxGroup& group) {
  const auto coordinate = [&](double value) {
    return group.integral ? ordered_json(static_cast<std::int64_t>(value)) : ordered_json(value);
  };
  ordered_json json = {{"position",
                        {{"minX", coordinate(box.min_x)},
                         {"maxX", coordinate(box.max_x)},
                         {"minY", coordinate(box.min_y)},
                         {"maxY", coordinate(box.max_y)}}}};
  if (!group.normalized) {
    json["domain"] = "pixel";
  }
  if (box.class_id) {
    json["class_id"] = *box.class_id;
  }
  if (box.caption) {
    json["box_caption"] = *box.caption;
  }
  if (!box.scores.empty()) {
    ordered_json& scores = json["scores"] = ordered_json::object();
    for (const auto& [name, score] : box.scores) {
      scores[name] = score;
    }
  }
  return json;
}

}  // namespace

ordered_json image_json(const StoredImage& image) {
  ordered_json json = ordered_json::object();
  if (image.caption) {
    json["caption"] = *image.caption;
  }
  json["_type"] = "image-file";
  json["sha256"] = image.file.sha256;
  json["size"] = image.file.size;
  json["path"] = image.file.path;
  json["format"] = image.format;
  json["width"] = image.width;
  json["height"] = image.height;
  if (image.grouping != 0) {
    json["grouping"] = image.grouping;
  }
  if (!image.boxes.empty()) {
    json["boxes"] = layers_json(image.boxes, "boxes2D");
  }
  if (!image.masks.empty()) {
    json["masks"] = layers_json(image.masks, "mask");
  }
  return json;
}

ordered_json images_json(const std::vector<StoredImage>& images) {
  if (images.empty()) {
    return ordered_json::array();
  }
  ordered_json filenames = ordered_json::array();
  std::vector<std::optional<std::string>> captions;
  for (const StoredImage& image : images) {
    filenames.push_back(image.file.path);
    captions.push_back(image.caption);
  }
  ordered_json json = {{"_type", "images/separated"},     {"width", images.front().width},
                       {"height", images.front().height}, {"format", images.front().format},
                       {"count", images.size()},          {"filenames", std::move(filenames)}};
  const auto add = [&](const char* key, ordered_json value) {
    if (!value.is_null()) {
      json[key] = std::move(value);
    }
  };
  add("captions", captions_json(captions));
  add("all_masks", all_masks_json(images));
  add("all_boxes", all_boxes_json(images));
  return json;
}

ordered_json all_boxes_json(const std::vector<StoredImage>& images) {
  return all_layers_json(images, &StoredImage::boxes, "boxes2D");
}

ordered_json all_masks_json(const std::vector<StoredImage>& images) {
  return all_layers_json(images, &StoredImage::masks, "mask");
}

ordered_json captions_json(const std::vector<std::optional<std::string>>& captions) {
  const auto has_none = [](const std::optional<std::string>& caption) { return !caption; };
  if (std::all_of(captions.begin(), captions.end(), has_none)) {
    return nullptr;
  }
  ordered_json json = ordered_json::array();
  for (const std::optional<std::string>& caption : captions) {
    json.push_back(caption ? ordered_json(*caption) : ordered_json(nullptr));
  }
  return json;
}

ordered_json histogram_json(const std::vector<std::int64_t>& counts, const std::vector<double>& edges,
                            std::int64_t non_finite) {
  ordered_json json = {{"_type", "histogram"}, {"values", counts}, {"bins", edges}};
  if (non_finite != 0) {
    json["non_finite"] = non_finite;
  }
  return json;
}

std::string boxes_text(const BoxGroup& group) {
  ordered_json boxes = ordered_json::array();
  for (const Box& box : group.boxes) {
    boxes.push_back(box_json(box, group));
  }
  ordered_json json = {{"box_data", std::move(boxes)}};
  if (!group.class_labels.empty()) {
    ordered_json& labels = json["class_labels"] = ordered_json::object();
    for (const auto& [id, name] : group.class_labels) {
      labels[std::to_string(id)] = name;
    }
  }
  return to_text(json);
}

}  // namespace sconce::store
