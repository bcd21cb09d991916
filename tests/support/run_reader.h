#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace sconce::test {

/// A folder of its own that is gone with the test.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  const std::filesystem::path& path() const noexcept { return path_; }

 private:
  std::filesystem::path path_;
};

std::string read_text(const std::filesystem::path& file);

/// The rows of a run directory; every line must be JSON.
std::vector<nlohmann::ordered_json> read_rows(const std::filesystem::path& run);
/// The keys that the user logged, in order, without the row's own.
std::vector<std::string> user_keys(const nlohmann::ordered_json& row);
nlohmann::ordered_json read_summary(const std::filesystem::path& run);
/// config.yaml, whose values are JSON, as one object; `value` is taken off.
nlohmann::ordered_json read_config(const std::filesystem::path& run);
/// Regular files below files/media, relative to files/, sorted.
std::vector<std::string> media_files(const std::filesystem::path& run);

}  // namespace sconce::test
