#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "store/buffer.h"
#include "store/wandb_records.h"

namespace sconce::store {

/// The step that a late row was logged for, as a cell of the row that the transaction log has of it.
inline constexpr std::string_view kLateStep = "_late_step";

/// Bytes of JSON, of a row or of the summary, above which W&B's client leaves it out.
inline constexpr std::size_t kMostUploaded = (std::size_t{10} << 20) - (std::size_t{100} << 10);

/// Builds one line of wandb-history.jsonl, and the same row for the transaction log, in buffers that are used
/// again: no tree of nodes for a row of numbers. Keys come in the order they are written; the row's
/// own (_timestamp, _runtime, _step, in the order of wandb 0.28) come last.
class RowWriter {
 public:
  /// A top-level cell of the line: its key, unescaped, and where its JSON value lies in line().
  struct Cell {
    std::string_view key;
    std::size_t begin = 0;
    std::size_t end = 0;
    bool is_non_finite = false;  ///< a number, whose name is text in JSON
    bool is_number = false;
    double number = 0;
  };

  void begin();
  /// The key of the next value; it must outlive the use of cells().
  void key(std::string_view key);
  void boolean(bool value);
  void integer(std::int64_t value);
  void unsigned_integer(std::uint64_t value);
  void number(double value);
  void text(std::string_view value);
  void json(const nlohmann::ordered_json& value);
  /// The value that a cell of another row has.
  void copy(std::string_view json, bool is_non_finite);
  void begin_object();
  void end_object();
  /// A place in the row, between cells, to return to when the next value could not be had.
  struct Mark {
    std::size_t length = 0;
    std::size_t cells = 0;
    std::size_t items = 0;
    std::size_t depth = 0;
  };
  bool has(std::string_view key) const;
  Mark mark() const noexcept { return {line_.size(), cells_.size(), items_.size(), depth_}; }
  void back_to(const Mark& mark);
  void finish(double timestamp, double runtime, std::int64_t step);

  /// The whole line with its newline, after finish().
  std::string_view line() const noexcept { return line_.view(); }
  /// The row as a history record, after finish().
  const std::string& record() const noexcept { return record_; }
  std::int64_t step() const noexcept { return step_; }
  const std::vector<Cell>& cells() const noexcept { return cells_; }
  std::string_view value(const Cell& cell) const { return line().substr(cell.begin, cell.end - cell.begin); }

 private:
  struct Key {
    std::string key;
    std::string json;  ///< with its colon
    std::string item;  ///< of the record, up to the length of its value
  };

  const Key& known(std::string_view key);
  void add_item(std::string_view json);
  void keep_number(double number);
  void add_value(std::string_view json);
  void end_value();

  TextBuffer line_;
  RecordItems items_;
  std::string record_;
  std::string text_;  ///< what is on its way into the line
  std::string_view key_;
  std::vector<std::string_view> path_;     ///< the keys of the objects that are open
  std::vector<std::size_t> items_before_;  ///< them
  std::int64_t step_ = 0;
  std::vector<Cell> cells_;
  std::vector<Key> keys_;       ///< of the rows before, by place: the next row mostly has the same
  const Key* known_ = nullptr;  ///< of the last cell, if its text is remembered
  std::size_t depth_ = 0;
};

}  // namespace sconce::store
