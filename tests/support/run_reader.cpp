#include "support/run_reader.h"

#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace sconce::test {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

TemporaryFolder::TemporaryFolder() {
  std::string name = (fs::temp_directory_path() / "sconce-test-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) {
    throw std::runtime_error("cannot make " + name);
  }
  path_ = name;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

std::string read_text(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) {
    throw std::runtime_error("cannot read " + file.string());
  }
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

std::vector<ordered_json> read_rows(const fs::path& run) {
  std::vector<ordered_json> rows;
  std::istringstream lines(read_text(run / "wandb-history.jsonl"));
  for (std::string line; std::getline(lines, line);) {
    rows.push_back(ordered_json::parse(line));
  }
  return rows;
}

std::vector<std::string> user_keys(const ordered_json& row) {
  std::vector<std::string> keys;
  for (const auto& [key, value] : row.items()) {
    if (key != "_step" && key != "_runtime" && key != "_timestamp") {
      keys.push_back(key);
    }
  }
  return keys;
}

ordered_json read_summary(const fs::path& run) {
  return ordered_json::parse(read_text(run / "files/wandb-summary.json"));
}

ordered_json read_config(const fs::path& run) {
  ordered_json config = ordered_json::object();
  std::istringstream lines(read_text(run / "files/config.yaml"));
  for (std::string line; std::getline(lines, line);) {
    // `"key": {"value": ...}` inside braces is a JSON object of one member.
    const ordered_json member = ordered_json::parse("{" + line + "}");
    config[member.begin().key()] = member.begin().value().at("value");
  }
  return config;
}

std::vector<std::string> media_files(const fs::path& run) {
  std::vector<std::string> files;
  const fs::path root = run / "files";
  if (fs::exists(root / "media")) {
    for (const auto& entry : fs::recursive_directory_iterator(root / "media")) {
      if (entry.is_regular_file()) {
        files.push_back(entry.path().lexically_relative(root).generic_string());
      }
    }
  }
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace sconce::test
