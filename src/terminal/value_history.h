#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace sconce::terminal {

/// Evenly spaced values of a series that may be of any length: when there is no room for more, every second one
/// goes, and from then on only every second one of those that were wanted before is kept.
class ValueHistory {
 public:
  static constexpr std::size_t kMost = 80;

  /// How many values from now on the next one is that keep() wants; at least 1.
  std::int64_t due() const noexcept { return due_; }
  /// So many values, fewer than due(), went by.
  void pass(std::int64_t values) noexcept { due_ -= values; }
  /// The value that was due.
  void keep(double value);

  const std::vector<double>& values() const noexcept { return values_; }

 private:
  std::vector<double> values_;
  std::int64_t stride_ = 1;
  std::int64_t due_ = 1;
};

}  // namespace sconce::terminal
