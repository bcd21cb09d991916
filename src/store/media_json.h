#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json_fwd.hpp>

namespace sconce::store {

// The JSON of media cells, with the keys and in the order of wandb 0.28. docs/run_directory.md shows each.

using ClassNames = std::map<std::int64_t, std::string>;

struct StoredFile {
  std::string path;  ///< relative to files/
  std::string sha256;
  std::uint64_t size = 0;
};

/// A mask or a group of boxes that lies in the run.
struct StoredLayer {
  std::string name;
  StoredFile file;
  ClassNames class_names;  ///< for the config, where W&B's page looks for them
};

struct StoredImage {
  StoredFile file;
  std::string format;
  std::int64_t width = 0;
  std::int64_t height = 0;
  std::optional<std::string> caption;
  std::int64_t grouping = 0;
  std::vector<StoredLayer> boxes;
  std::vector<StoredLayer> masks;
};

/// One box with its corners in pixels or fractions.
struct Box {
  double min_x = 0, min_y = 0, max_x = 0, max_y = 0;
  std::optional<std::int64_t> class_id;
  std::optional<std::string> caption;
  std::vector<std::pair<std::string, double>> scores;
};

struct BoxGroup {
  std::vector<Box> boxes;
  bool normalized = false;
  bool integral = false;    ///< coordinates came as integers and are written so
  ClassNames class_labels;  ///< as given; written into the file only if there are any
};

/// "image-file"
nlohmann::ordered_json image_json(const StoredImage& image);
/// "images/separated"
nlohmann::ordered_json images_json(const std::vector<StoredImage>& images);
/// Per image its layers by name, or null; null if no image has any.
nlohmann::ordered_json all_boxes_json(const std::vector<StoredImage>& images);
nlohmann::ordered_json all_masks_json(const std::vector<StoredImage>& images);
/// Per image its caption, or null; null if no image has one.
nlohmann::ordered_json captions_json(const std::vector<std::optional<std::string>>& captions);
/// "histogram". edges has one element more than counts; non_finite is written if it is not 0.
nlohmann::ordered_json histogram_json(const std::vector<std::int64_t>& counts, const std::vector<double>& edges,
                                      std::int64_t non_finite);
/// The text of a .boxes2D.json file.
std::string boxes_text(const BoxGroup& group);

}  // namespace sconce::store
