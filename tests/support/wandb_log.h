#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

namespace sconce::test {

/// A reader of run-<id>.wandb of its own, after docs/wandb_file.md.
struct WandbRecord {
  std::int64_t number = 0;
  std::uint32_t kind = 0;  ///< the field of Record that it has
  std::string message;
  std::size_t begin = 0;  ///< byte of the file
};

/// The records of a log, from the bytes of its file. Throws std::runtime_error where one is broken or, unless a
/// kill may have cut the last one, cut.
std::vector<WandbRecord> read_wandb_log(std::string_view bytes, bool may_be_cut = false);
/// Of the log in a run directory.
std::vector<WandbRecord> read_run_log(const std::filesystem::path& run, bool may_be_cut = false);

/// The items of a history, summary or config message, nested keys as objects. Bare NaN and infinities are strings,
/// as in the history's lines.
nlohmann::ordered_json items_of(const std::string& message);
/// A record of system metrics; timestamp in Unix seconds.
struct Stats {
  double timestamp = 0;
  nlohmann::ordered_json values;
};
Stats stats_of(const std::string& message);
/// A record of the console's text: stream 0 is stderr, 1 stdout.
struct Output {
  int stream = 0;
  double timestamp = 0;
  std::string text;
};
Output output_of(const std::string& message);
/// All rows, and the paths of all files, in their order.
std::vector<nlohmann::ordered_json> logged_rows(const std::vector<WandbRecord>& records);
std::vector<std::string> logged_files(const std::vector<WandbRecord>& records);

}  // namespace sconce::test
