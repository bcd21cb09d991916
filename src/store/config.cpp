#include "store/config.h"

#include "store/json_text.h"
#include "store/wandb_records.h"

namespace sconce::store {

using nlohmann::ordered_json;

Config::Config(ordered_json values, ordered_json class_labels)
    : values_(std::move(values)), wandb_(std::move(class_labels)) {}

std::string Config::update(const ordered_json& values) {
  values_.update(values);
  return config_record(values);
}

std::optional<std::string> Config::add_class_labels(const char* kind, std::string_view key, std::string_view group,
                                                    const ClassNames& names) {
  // The spelling is wandb's and part of the format.
  const std::string name = std::string(key) + "_wandb_delimeter_" + std::string(group);
  ordered_json& entry = wandb_[kind][name];
  const ordered_json before = entry;
  if (entry.is_null()) {
    entry = {{"type", kind}, {"key", name}, {"value", ordered_json::object()}};
  }
  for (const auto& [id, label] : names) {
    entry["value"][std::to_string(id)] = label;
  }
  if (entry == before) {
    return std::nullopt;
  }
  return wandb_config_record({kind, name}, to_text(entry));
}

std::vector<std::string> Config::records() const {
  std::vector<std::string> records;
  for (const auto& [kind, entries] : wandb_.items()) {
    for (const auto& [name, entry] : entries.items()) {
      records.push_back(wandb_config_record({kind, name}, to_text(entry)));
    }
  }
  return records;
}

std::string Config::text() const {
  std::string out;
  const auto add = [&](const std::string& key, const ordered_json& value) {
    out += to_yaml_flow(key) + ": " + to_yaml_flow({{"value", value}}) + "\n";
  };
  for (const auto& [key, value] : values_.items()) {
    add(key, value);
  }
  add("_wandb", wandb_);
  return out;
}

}  // namespace sconce::store
