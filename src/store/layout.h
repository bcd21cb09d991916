#pragma once

#include <cstdint>
#include <ctime>
#include <optional>
#include <string>
#include <string_view>

namespace sconce::store {

// Where things lie in a run directory; docs/run_directory.md tells the whole of it.

inline constexpr std::string_view kHistoryFile = "wandb-history.jsonl";
inline constexpr std::string_view kEventsFile = "wandb-events.jsonl";
inline constexpr std::string_view kOutputFile = "files/output.log";
inline constexpr std::string_view kSummaryFile = "files/wandb-summary.json";
inline constexpr std::string_view kConfigFile = "files/config.yaml";
inline constexpr std::string_view kMetadataFile = "files/wandb-metadata.json";
inline constexpr std::string_view kMetadataName = kMetadataFile.substr(6);  ///< below files/, as the log names it
inline constexpr std::string_view kScratchFolder = "tmp";

// Media folders, below files/.
inline constexpr std::string_view kImageFolder = "media/images";
inline constexpr std::string_view kMaskFolder = "media/images/mask";
inline constexpr std::string_view kBoxesFolder = "media/metadata/boxes2D";

/// offline-run-<YYYYmmdd_HHMMSS, local time>-<id>: wandb's own commands parse the time.
std::string run_directory_name(std::time_t start, std::string_view id);

/// run-<id>.wandb, the transaction log.
std::string log_name(std::string_view id);

/// A run id as wandb makes them: 8 random characters of a-z and 0-9.
std::string random_run_id();

/// The path that a key stands for, always relative and never above its folder: wandb's rule (leading slashes
/// dropped, the parts "." and ".." become "_" and "__"), with long parts and long keys shortened and marked by a
/// hash so that unlike keys stay unlike. key: UTF-8 without NUL.
std::string key_path(std::string_view key);

/// <folder>/<key_path>_<step>_<first 20 digits of sha256><extension>, relative to files/. No step: "summary".
std::string media_path(std::string_view folder, std::string_view key, std::optional<std::int64_t> step,
                       std::string_view sha256, std::string_view extension);

}  // namespace sconce::store
