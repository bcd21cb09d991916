#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sconce::terminal {

/// What the end of a run tells. Texts are as they were logged: what a terminal would obey is escaped when they are
/// shown.
struct RunReport {
  static constexpr std::size_t kMostKeys = 20;  ///< of each table

  std::vector<std::pair<std::string, std::vector<double>>> histories;
  std::vector<std::pair<std::string, std::string>> summary;  ///< by shown_value()
  std::int64_t more_histories = 0;                           ///< keys that are left out
  std::int64_t more_summary = 0;
  std::int64_t rows = 0;
  std::int64_t media_files = 0;
  std::int64_t media_bytes = 0;
  double seconds_waited = 0;  ///< by log() for room
  std::int64_t errors = 0;    ///< those that lost nothing
  std::string last_error;
  std::string losses;  ///< in words, if there are any
  std::string path;    ///< that wandb sync wants
};

/// "sconce: run digits in wandb/offline-run-..."
std::string start_line(std::string_view name, std::string_view path);

/// Lines for a terminal of that many columns, wrapped by none of its tables.
std::string end_lines(const RunReport& report, std::size_t width);

/// What finish() waits for.
std::string progress_text(std::int64_t rows, std::int64_t images, std::int64_t bytes);

/// A value of the summary in few characters: numbers to five places, as wandb shows them, or five digits if they
/// are small; an object by its members, "min 0.33". Nothing for what is no number and no text: media, lists.
std::optional<std::string> shown_value(std::string_view json);

}  // namespace sconce::terminal
