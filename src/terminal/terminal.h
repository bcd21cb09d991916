#pragma once

#include <chrono>
#include <cstddef>
#include <string_view>

namespace sconce::terminal {

/// stderr, where a person reads it: a terminal, and WANDB_SILENT does not say no. Decided once. Functions throw
/// nothing and report nothing: a terminal may go away at any time.
class Terminal {
 public:
  Terminal() noexcept;

  bool is_on() const noexcept { return is_on_; }
  /// Columns; 80 where the terminal does not say.
  std::size_t width() const noexcept;
  /// Writes lines whole, one at a time: those of other processes stay whole, too. One that is stopped (^S) or that
  /// nobody reads is waited for this long; then the rest is dropped.
  void write(std::string_view lines, std::chrono::milliseconds patience) const noexcept;

 private:
  bool is_on_;
};

/// A line that is written over and over while something takes long, from its second second on. Gone with the
/// object.
class ProgressLine {
 public:
  explicit ProgressLine(const Terminal& terminal) noexcept;
  ~ProgressLine();
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  bool is_due() const noexcept;
  void show(std::string_view text);

 private:
  const Terminal& terminal_;
  std::chrono::steady_clock::time_point due_;
  std::size_t columns_ = 0;  ///< of what stands there
};

}  // namespace sconce::terminal
