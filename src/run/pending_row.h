#pragma once

#include <cstdint>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "run/encoded_image.h"
#include "run/number_rows.h"
#include "run/reporter.h"
#include "sconce/row.h"

namespace sconce {
namespace store {
class RunDirectory;
struct Batch;
}  // namespace store

/// What takes the place of a cell's images when they are handed to the encoders: the promise of their files.
struct PendingImages {
  std::vector<std::future<EncodedImage>> files;
  bool is_list = false;
  std::int64_t bytes = 0;  ///< what pending_bytes() says of it
};

/// What is said of a run, or happens, beside its rows.
struct PendingChange {
  using Apply = std::function<void(store::RunDirectory&, store::Batch&)>;
  std::string what;  ///< for those who hear that it is lost
  Apply apply;       ///< touches no disk: what it says is appended and written with the rows
};

/// A row on its way to the history, or, without a step, values on their way to the summary, or a change, or many
/// rows of numbers.
struct PendingRow {
  std::optional<std::int64_t> step;
  double timestamp = 0;  ///< Unix seconds of the last log() call
  double runtime = 0;    ///< seconds since the run began
  std::vector<Row::Cell> cells;
  std::unique_ptr<PendingChange> change;
  std::unique_ptr<NumberRows> numbers;
  std::int64_t bytes = 0;  ///< reserved for it in the queue, without what the encoders hold
};

/// key as it may stand in a row: bytes that are not UTF-8 become U+FFFD. Throws c10::ValueError for one that is
/// empty or holds a NUL.
std::string checked_key(std::string_view key);

/// The cells of a row under prefix, with keys in UTF-8. Throws c10::ValueError for bad keys, in nested rows too,
/// and the reserved ones.
std::vector<Row::Cell> take_cells(std::string_view prefix, Row row);

/// Adds a cell, or replaces the value of the one of the same key. Returns the bytes that cells takes more for it.
std::int64_t put_cell(std::vector<Row::Cell>& cells, Row::Cell cell);

/// Memory that is taken until it is written: by cells, by a value beyond its own size, and the part of an image
/// that is free as soon as its files are written.
std::int64_t pending_bytes(const std::vector<Row::Cell>& cells);
std::int64_t pending_bytes(const Value& value);
std::int64_t encoder_bytes(const Image& image);

/// Throws c10::ValueError that names the longest text if the texts alone are more than W&B's client uploads of a
/// row. How long the JSON of images is shows later.
void check_text(const std::vector<Row::Cell>& cells);

/// Rows of the history that are on their way here: none in a change or in values for the summary.
std::int64_t history_rows(const PendingRow& row);

/// Tells of every cell of the rows that will not be on disk, or of the change.
void report_lost(Reporter& reporter, const PendingRow& row, const std::string& why);

}  // namespace sconce
