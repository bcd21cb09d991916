#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "store/media_json.h"

namespace sconce::store {

/// What config.yaml says: the run's settings, and under `_wandb` the class names of masks and boxes, where W&B's
/// page looks for them. Not thread-safe.
class Config {
 public:
  explicit Config(nlohmann::ordered_json values = nlohmann::ordered_json::object(),
                  nlohmann::ordered_json class_labels = nlohmann::ordered_json::object());

  const nlohmann::ordered_json& values() const noexcept { return values_; }
  /// Sets or replaces top-level keys. Returns the record of the transaction log that says so.
  std::string update(const nlohmann::ordered_json& values);

  /// kind: "mask/class_labels" or "bounding_box/class_labels". key: the image's key. Names add up over the run,
  /// and the last name of an id wins. Returns the record of the transaction log that says so, or none if nothing
  /// is new.
  std::optional<std::string> add_class_labels(const char* kind, std::string_view key, std::string_view group,
                                              const ClassNames& names);
  /// Records of all class names so far. The settings stand in the run's record.
  std::vector<std::string> records() const;

  /// One top-level key a line, its value under `value` as wandb has it, in JSON, which is YAML.
  std::string text() const;

 private:
  nlohmann::ordered_json values_;
  nlohmann::ordered_json wandb_;
};

}  // namespace sconce::store
