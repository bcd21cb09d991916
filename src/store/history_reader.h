#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>

#include <nlohmann/json.hpp>

#include "store/history.h"

namespace sconce::store {

/// Reads the rows of wandb-history.jsonl. Lines that are no rows are left out.
class HistoryReader {
 public:
  /// A file that is not there has no rows.
  explicit HistoryReader(const std::filesystem::path& path) : in_(path, std::ios::binary) {}

  bool next();
  const nlohmann::ordered_json& row() const noexcept { return row_; }
  std::int64_t step() const { return row_["_step"].get<std::int64_t>(); }
  double runtime() const { return row_.value("_runtime", 0.0); }
  /// Bytes of the file up to the end of its last whole line, once next() said false.
  std::int64_t end() const noexcept { return end_; }

 private:
  std::ifstream in_;
  std::string line_;
  nlohmann::ordered_json row_;
  std::int64_t end_ = 0;
};

/// Writes the cells of a row that was written before; their keys must outlive the use of the writer's cells.
void write_cells_again(RowWriter& writer, const nlohmann::ordered_json& cells);
/// The whole row.
void write_again(RowWriter& writer, const nlohmann::ordered_json& row);

/// The media files that a row names, relative to files/.
std::vector<std::string> media_of(const nlohmann::ordered_json& row);

}  // namespace sconce::store
