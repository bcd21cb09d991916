#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <limits>
#include <string>

#include <nlohmann/json.hpp>

#include "store/history.h"

namespace sconce::store {

/// Reads the rows of wandb-history.jsonl. Lines that are no rows are left out.
class HistoryReader {
 public:
  /// From byte `begin` on. A file that is not there has no rows.
  explicit HistoryReader(const std::filesystem::path& path, std::int64_t begin = 0);

  /// The next row; false if there is none, or if `end` bytes of the file were read.
  bool next(std::int64_t end = std::numeric_limits<std::int64_t>::max());
  const nlohmann::ordered_json& row() const noexcept { return row_; }
  std::int64_t step() const { return row_["_step"].get<std::int64_t>(); }
  double runtime() const { return row_.value("_runtime", 0.0); }
  /// Bytes of the file up to the end of the last line that was read, and is whole.
  std::int64_t end() const noexcept { return end_; }

 private:
  std::ifstream in_;
  std::string line_;
  nlohmann::ordered_json row_;
  std::int64_t end_;
};

/// Writes the cells of a row that was written before; their keys must outlive the use of the writer's cells.
void write_cells_again(RowWriter& writer, const nlohmann::ordered_json& cells);
/// The whole row.
void write_again(RowWriter& writer, const nlohmann::ordered_json& row);
/// A late row with a step that rises, and the one that it was logged for as the cell kLateStep.
void write_late(RowWriter& writer, const nlohmann::ordered_json& row, std::int64_t step);

/// The media files that a row names, relative to files/.
std::vector<std::string> media_of(const nlohmann::ordered_json& row);

}  // namespace sconce::store
