#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "store/append_file.h"
#include "store/batch.h"
#include "store/config.h"
#include "store/directory_lock.h"
#include "store/media_json.h"
#include "store/restored_run.h"
#include "store/run_description.h"
#include "store/summary.h"
#include "store/transaction_log.h"

namespace sconce::store {

/// A run on disk. store_media() and save_file() may be called from many threads at once; everything else is not
/// thread-safe. Functions that write throw std::filesystem::filesystem_error, have then changed nothing, and may
/// be tried again.
class RunDirectory {
 public:
  /// Makes the directory with its first files and points latest-run at it.
  explicit RunDirectory(RunDescription description);
  /// Goes on in the directory of a run: cuts off what a kill or a full disk left half, takes back the run's end,
  /// and logs rows that only the history has. A log that was uploaded is put aside, and another begun.
  explicit RunDirectory(RestoredRun run);

  const std::filesystem::path& path() const noexcept { return path_; }

  /// Writes a media file below files/ and says how to name it in JSON. Equal bytes under one folder, key and step
  /// are one file, written once.
  StoredFile store_media(std::string_view folder, std::string_view key, std::optional<std::int64_t> step,
                         const void* bytes, std::size_t size, const std::string& sha256,
                         std::string_view extension) const;

  /// Copies a file to files/<name>.
  void save_file(const std::filesystem::path& file, const std::string& name) const;
  /// What store_media() has written.
  std::int64_t media_files() const noexcept { return media_files_; }
  std::int64_t media_bytes() const noexcept { return media_bytes_; }

  /// Adds a finished row to batch. The log's steps rise: a row whose step does not waits for close().
  void add(const RowWriter& row, Batch& batch);
  /// Of the rows that the log has.
  std::int64_t newest_logged_step() const noexcept { return newest_logged_step_; }
  /// Appends to the history and to the transaction log, and takes from batch what was appended: what is left is
  /// for the next try. Where one of the files was moved or deleted, the next try goes on with what is in its
  /// place, or begins the run's files again; but a directory that is gone is not made again.
  void append(Batch& batch);

  const RunDescription& description() const noexcept { return description_; }
  Summary& summary() noexcept { return summary_; }
  const Summary& summary() const noexcept { return summary_; }
  /// Gives a row that is not finished the values of step metrics that it lacks.
  void complete(RowWriter& row) { summary_.metrics().complete(row); }
  /// Takes a finished row into the summary.
  void summarize(const RowWriter& row, std::int64_t step, RecordBatch& batch);
  void define_metric(MetricDefinition metric, RecordBatch& batch);
  /// Sets keys of the config.
  void configure(const nlohmann::ordered_json& values, RecordBatch& batch);
  /// Writes the summary, and the config if it waits to be.
  void write_summary(std::int64_t runtime_seconds);
  /// Bytes of the summary as it was written.
  std::size_t summary_size() const noexcept { return summary_size_; }

  /// Adds to batch what the log says of an image before the row that names it, and class names to the config.
  void publish(std::string_view key, const StoredImage& image, RecordBatch& batch);
  /// Writes a config that changed. One that has grown large waits for the next summary.
  void write_changed_config();

  /// Seals the directory; nothing may follow.
  void close(int exit_code, std::int64_t runtime_seconds);

 private:
  void write(std::string_view file, std::string_view text) const;
  void append_beside(AppendFile& file, std::string& text) const;
  void write_config();
  void point_latest_run_here() const;
  RecordBatch first_records();
  void begin_again();
  void begin_log_behind(const LogContents& uploaded);
  void log_missing_rows();
  void log_late_rows(const RowsBefore& before, std::int64_t end);
  void publish_layers(const std::vector<StoredLayer>& layers, const char* kind, std::string_view key,
                      RecordBatch& batch);

  RunDescription description_;
  std::filesystem::path path_;
  DirectoryLock lock_;
  std::filesystem::path scratch_;
  AppendFile history_;
  AppendFile events_;  ///< this and output_ are there once there is something in them
  AppendFile output_;
  TransactionLog log_;
  Summary summary_;
  Config config_;
  bool config_changed_ = true;
  std::size_t config_size_ = 0;  ///< as it was written
  std::size_t summary_size_ = 0;
  RowsBefore rows_before_;  ///< the log
  std::int64_t newest_logged_step_ = -1;
  std::int64_t late_rows_ = 0;  ///< that close() has to log
  std::int64_t logged_late_rows_ = 0;
  bool is_lost_ = false;      ///< the history or the log
  bool is_complete_ = false;  ///< the log has its last records
  mutable std::atomic<std::int64_t> media_files_{0};
  mutable std::atomic<std::int64_t> media_bytes_{0};
};

}  // namespace sconce::store
