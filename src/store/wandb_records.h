#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "store/buffer.h"
#include "store/run_description.h"

namespace sconce::store {

// Records of the transaction log as W&B's wandb_internal.proto has them, serialized, without their numbers:
// docs/wandb_file.md, section 2. Texts may be anything; what is not UTF-8 in them becomes U+FFFD, since one bad
// byte ends an upload.

enum class FileKind : std::uint8_t { Other = 0, Wandb = 1, Media = 2 };
/// When W&B's client uploads a file: once, or again whenever it changes while a run is followed live.
enum class FilePolicy : std::uint8_t { Now = 0, Live = 2 };
enum class OutputStream : std::uint8_t { Stderr = 0, Stdout = 1 };

/// The rows of a log that came before another one began: its own stand behind them in the history.
struct RowsBefore {
  std::int64_t bytes = 0;         ///< of the history
  std::int64_t newest_step = -1;  ///< that was uploaded
};

std::string header_record(const RowsBefore& before);
std::string run_record(const RunDescription& run, const nlohmann::ordered_json& config);
/// path: relative to files/. The file must be whole before the record is written.
std::string file_record(std::string_view path, FileKind kind, FilePolicy policy = FilePolicy::Now);
/// Values of the config by their top-level keys.
std::string config_record(const nlohmann::ordered_json& values);
/// A value in the config's `_wandb`, below these keys.
std::string wandb_config_record(const std::vector<std::string_view>& keys, std::string_view json);
/// level: "INFO", "WARN" or "ERROR". wait_milliseconds: W&B sends alerts of one title no oftener.
std::string alert_record(std::string_view title, std::string_view text, std::string_view level,
                         std::int64_t wait_milliseconds);
std::string exit_record(int exit_code, std::int64_t runtime_seconds);
std::string final_record();
std::string footer_record();

/// Values of the system at one moment, in Unix seconds.
std::string stats_record(double timestamp, const std::vector<std::pair<std::string, double>>& values);
/// Text of the console, of any length. It must not begin or end within a character.
std::string output_record(OutputStream stream, double timestamp, std::string_view text);

/// An item with this key up to the length of its value.
std::string item_beginning(std::string_view key);

/// The values of a history or a summary record, in a buffer that is used again.
class RecordItems {
 public:
  void clear();
  /// json: in which NaN, Infinity and -Infinity may be bare words.
  void add(const std::vector<std::string_view>& keys, std::string_view json);
  /// The same for a key that many items have: `beginning` is what item_beginning() made of it.
  void add_to(std::string_view beginning, std::string_view json);
  /// The leaves of json, each below its own keys: the terminal viewer finds media only so.
  void add_leaves(std::vector<std::string_view>& keys, const nlohmann::ordered_json& json);

  /// Puts the record into `record`.
  void history_record(std::int64_t step, std::string& record) const;
  std::string summary_record() const;

  bool empty() const noexcept { return items_.empty(); }
  std::size_t size() const noexcept { return items_.size(); }
  void cut(std::size_t size) { items_.cut(size); }

 private:
  TextBuffer items_;
  std::string item_;  ///< that is on its way there
};

}  // namespace sconce::store
