#pragma once

#include <cstdint>
#include <ctime>
#include <filesystem>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace sconce::store {

/// What a new run is told about itself.
struct RunDescription {
  std::filesystem::path dir;  ///< the folder of run directories
  std::string id;
  std::string entity;
  std::string project;
  std::string name;
  std::string group;
  std::string job_type;
  std::string notes;
  std::vector<std::string> tags;
  std::time_t start = 0;
  std::int64_t gpu_count = 0;
  nlohmann::ordered_json config;
};

}  // namespace sconce::store
