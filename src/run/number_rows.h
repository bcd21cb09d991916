#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "sconce/row.h"

namespace sconce {

/// Whether there are cells, numbers alone, that are known without waiting for anybody.
bool are_numbers(const std::vector<Row::Cell>& cells);
/// Whether both have the same keys in the same order, and values of the same types under them.
bool are_alike(const std::vector<Row::Cell>& cells, const std::vector<Row::Cell>& others);

/// Rows of numbers under the same keys, as they wait for the committer: eight bytes a number, where a cell takes
/// ten times as many.
class NumberRows {
 public:
  struct Stamp {
    std::int64_t step = 0;
    double timestamp = 0;
    double runtime = 0;
  };

  /// For rows that are like cells, which are numbers.
  explicit NumberRows(const std::vector<Row::Cell>& cells);
  /// None yet, for more rows of these keys.
  NumberRows more() const;

  /// The keys, with any numbers.
  const std::vector<Row::Cell>& cells() const noexcept { return *cells_; }
  /// They have as much text as is written at a time.
  bool is_full() const noexcept { return stamps_.size() >= most_rows_; }
  void add(const Stamp& stamp, const std::vector<Row::Cell>& cells);

  std::size_t size() const noexcept { return stamps_.size(); }
  const Stamp& stamp(std::size_t row) const { return stamps_[row]; }
  /// Sets the numbers of cells, which began as cells(), to those of a row.
  void read(std::size_t row, std::vector<Row::Cell>& cells) const;
  /// What they take; the keys count where they came first.
  std::int64_t bytes() const;

 private:
  NumberRows() = default;

  std::shared_ptr<const std::vector<Row::Cell>> cells_;
  std::int64_t cells_bytes_ = 0;
  std::size_t most_rows_ = 0;
  std::vector<Stamp> stamps_;
  std::vector<std::uint64_t> numbers_;  ///< row by row, their bits
};

}  // namespace sconce
