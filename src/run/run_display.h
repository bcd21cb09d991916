#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "run/value_histories.h"
#include "store/summary.h"
#include "terminal/run_report.h"
#include "terminal/terminal.h"

namespace sconce {

/// What a run tells the person at the terminal, if there is one.
class RunDisplay {
 public:
  RunDisplay();

  const terminal::Terminal& terminal() const noexcept { return terminal_; }
  /// To be filled for show_end(), or null: nobody would see them.
  ValueHistories* histories() noexcept { return histories_ ? &*histories_ : nullptr; }

  void show_start(const std::string& name, const std::filesystem::path& dir) const;
  /// Adds the tables and the path to report.
  void show_end(terminal::RunReport report, const store::Summary& summary, const std::filesystem::path& dir) const;

 private:
  terminal::Terminal terminal_;
  std::optional<ValueHistories> histories_;
};

}  // namespace sconce
