#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "store/append_file.h"
#include "store/config.h"
#include "store/media_json.h"
#include "store/run_description.h"
#include "store/summary.h"
#include "store/transaction_log.h"

namespace sconce::store {

/// What is to be appended to a run.
struct Batch {
  std::string lines;    ///< of the history
  RecordBatch records;  ///< of the transaction log

  void add(const RowWriter& row);
  bool empty() const noexcept { return lines.empty() && records.empty(); }
  void clear();
};

/// A run on disk. store_media() may be called from many threads at once; everything else is not thread-safe.
/// Functions that write throw std::filesystem::filesystem_error, have then changed nothing, and may be tried
/// again.
class RunDirectory {
 public:
  /// Makes the directory with its first files and points latest-run at it.
  explicit RunDirectory(RunDescription description);

  const std::filesystem::path& path() const noexcept { return path_; }

  /// Writes a media file below files/ and says how to name it in JSON. Equal bytes under one folder, key and step
  /// are one file, written once.
  StoredFile store_media(std::string_view folder, std::string_view key, std::optional<std::int64_t> step,
                         const void* bytes, std::size_t size, const std::string& sha256,
                         std::string_view extension) const;

  /// What store_media() has written.
  std::int64_t media_files() const noexcept { return media_files_; }
  std::int64_t media_bytes() const noexcept { return media_bytes_; }

  /// Appends to the history and to the transaction log, and takes from batch what was appended: what is left is
  /// for the next try. Where one of the files was moved or deleted, the next try goes on with what is in its
  /// place, or begins the run's files again; but a directory that is gone is not made again.
  void append(Batch& batch);

  Summary& summary() noexcept { return summary_; }
  const Summary& summary() const noexcept { return summary_; }
  /// Writes the summary, and the config if it waits to be.
  void write_summary(std::int64_t runtime_seconds);

  /// Adds to batch what the log says of an image before the row that names it, and class names to the config.
  void publish(std::string_view key, const StoredImage& image, RecordBatch& batch);
  /// Writes a config with new class names. One that has grown large waits for the next summary.
  void write_new_class_names();

  /// Seals the directory; nothing may follow.
  void close(int exit_code, std::int64_t runtime_seconds);

 private:
  void write(std::string_view file, std::string_view text) const;
  void write_config();
  RecordBatch first_records() const;
  void begin_again();
  void publish_layers(const std::vector<StoredLayer>& layers, const char* kind, std::string_view key,
                      RecordBatch& batch);

  RunDescription description_;
  std::filesystem::path path_;
  std::filesystem::path scratch_;
  AppendFile history_;
  TransactionLog log_;
  Summary summary_;
  Config config_;
  bool config_changed_ = true;
  std::size_t config_size_ = 0;  ///< as it was written
  bool is_lost_ = false;         ///< the history or the log
  bool is_complete_ = false;     ///< the log has its last records
  mutable std::atomic<std::int64_t> media_files_{0};
  mutable std::atomic<std::int64_t> media_bytes_{0};
};

}  // namespace sconce::store
