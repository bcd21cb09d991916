#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <string>
#include <vector>

#include "sconce/row.h"
#include "terminal/value_history.h"

namespace sconce {

/// The course of the numbers that rows bring, for the first keys in their order: those that the end of a run
/// shows. Others cost nothing, however many there are. Rows of the same keys are counted only, until one of their
/// values is due. Not thread-safe.
class ValueHistories {
 public:
  using Histories = std::map<std::string, terminal::ValueHistory, std::less<>>;

  /// The next row. has_same_keys: as the one before, in the same order.
  void add(const std::vector<Row::Cell>& cells, bool has_same_keys);

  const Histories& all() const noexcept { return histories_; }
  /// Whether there were keys that are left out.
  bool is_partial() const noexcept { return is_partial_; }

 private:
  struct Column {
    std::size_t place;  ///< in the row
    terminal::ValueHistory* history;
  };
  /// What stood at a place of the rows before: the next ones mostly have the same keys there.
  struct Known {
    std::string key;
    terminal::ValueHistory* history = nullptr;  ///< or none
  };

  void begin_columns(const std::vector<Row::Cell>& cells);
  bool find_columns(const std::vector<Row::Cell>& cells);
  terminal::ValueHistory* history_of(const std::string& key, std::size_t place);
  terminal::ValueHistory* find_or_add(const std::string& key);
  void find_next_due();

  Histories histories_;
  bool is_partial_ = false;
  std::vector<Known> known_;     ///< by place; empty after a history was dropped
  std::vector<Column> columns_;  ///< of the rows that come
  std::int64_t passed_ = 0;      ///< rows of these columns that no history knows of yet
  std::int64_t due_ = std::numeric_limits<std::int64_t>::max();  ///< the row that one of them wants
  bool has_dropped_ = false;
};

}  // namespace sconce
