#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "sconce/row.h"

namespace sconce {

/// The keys of rows of numbers, in their order, and which type of number is under each.
class NumberColumns {
 public:
  /// Whether cells are numbers alone, known without waiting for anybody.
  static bool can_hold(const std::vector<Row::Cell>& cells);

  /// cells: which can be held.
  explicit NumberColumns(const std::vector<Row::Cell>& cells);

  bool match(const std::vector<Row::Cell>& cells) const;
  std::size_t size() const noexcept { return columns_.size(); }
  /// So many rows make no more text than is written at a time.
  std::size_t most_rows() const noexcept { return most_rows_; }
  /// What they take.
  std::int64_t bytes() const;
  /// Cells with these keys, and zeros.
  std::vector<Row::Cell> zeros() const;

 private:
  struct Column {
    std::string key;
    std::size_t type;  ///< its place in Value::Storage
  };

  std::vector<Column> columns_;
  std::size_t most_rows_;
};

/// Rows of numbers under the same keys, as they wait for the committer: eight bytes a number, where a cell takes
/// ten times as many.
class NumberRows {
 public:
  struct Stamp {
    std::int64_t step = 0;
    double timestamp = 0;
    double runtime = 0;
  };

  explicit NumberRows(std::shared_ptr<const NumberColumns> columns) : columns_(std::move(columns)) {}

  const NumberColumns& columns() const noexcept { return *columns_; }
  bool is_full() const noexcept { return stamps_.size() >= columns_->most_rows(); }
  /// cells: which the columns match.
  void add(const Stamp& stamp, const std::vector<Row::Cell>& cells);

  std::size_t size() const noexcept { return stamps_.size(); }
  const Stamp& stamp(std::size_t row) const { return stamps_[row]; }
  /// Sets the numbers of cells, which began as zeros(), to those of a row.
  void read(std::size_t row, std::vector<Row::Cell>& cells) const;
  /// What they take, without the columns.
  std::int64_t bytes() const;

 private:
  std::shared_ptr<const NumberColumns> columns_;
  std::vector<Stamp> stamps_;
  std::vector<std::uint64_t> numbers_;  ///< row by row, their bits
};

}  // namespace sconce
