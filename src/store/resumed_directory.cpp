// How a run directory goes on, and how its log gets the rows that stand in the history alone.

#include <algorithm>

#include "store/history_reader.h"
#include "store/layout.h"
#include "store/metadata.h"
#include "store/run_directory.h"
#include "store/wandb_records.h"

namespace sconce::store {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kManyRecords = 1000;  ///< to be appended at once

AppendFile open_history(const fs::path& path, const RestoredRun& run) {
  return fs::exists(path) ? AppendFile(path, run.history_size) : AppendFile(path);
}

TransactionLog open_log(const fs::path& path, const RestoredRun& run) {
  if (!run.is_uploaded) {
    return TransactionLog(path, run.log.end);
  }
  put_aside(path);
  return TransactionLog(path);
}

}  // namespace

RunDirectory::RunDirectory(RestoredRun run)
    : description_(std::move(run.log.description)),
      path_(std::move(run.path)),
      lock_(std::move(run.lock)),
      scratch_(path_ / kScratchFolder),
      history_(open_history(path_ / kHistoryFile, run)),
      events_(AppendFile::later(path_ / kEventsFile)),
      output_(AppendFile::later(path_ / kOutputFile)),
      log_(open_log(path_ / log_name(description_.id), run)),
      summary_(std::move(run.summary)),
      config_(description_.config, std::move(run.log.class_labels)),
      rows_before_(run.log.rows_before),
      newest_logged_step_(std::max(run.log.newest_step, run.log.rows_before.newest_step)),
      late_rows_(run.late_rows) {
  history_.end_line();
  write(kMetadataFile, metadata_text(description_, std::nullopt));
  if (run.is_uploaded) {
    begin_log_behind(run.log);
  }
  if (run.newest_step > newest_logged_step_) {
    log_missing_rows();
  }
  write_config();
  write_summary(static_cast<std::int64_t>(run.runtime));
  point_latest_run_here();
}

/// A log for what is not uploaded yet: rows to come, and the late ones of a run that was killed before it logged
/// them.
void RunDirectory::begin_log_behind(const LogContents& uploaded) {
  newest_logged_step_ = std::max(newest_logged_step_, uploaded.newest_late_step);
  late_rows_ = uploaded.is_complete ? 0 : late_rows_;
  rows_before_ = {history_.size(), newest_logged_step_ + late_rows_};
  log_.append(first_records());
  if (late_rows_ > 0) {
    log_late_rows(uploaded.rows_before, history_.size());
    logged_late_rows_ = 0;  // from here on others count
  }
}

/// A kill between the two writes of append() leaves rows that only the history has.
void RunDirectory::log_missing_rows() {
  HistoryReader rows(path_ / kHistoryFile, rows_before_.bytes);
  RowWriter writer;
  RecordBatch batch;
  while (rows.next()) {
    if (rows.step() <= newest_logged_step_) {
      continue;
    }
    newest_logged_step_ = rows.step();
    for (const std::string& file : media_of(rows.row())) {
      batch.add(file_record(file, FileKind::Media));
    }
    write_again(writer, rows.row());
    batch.add(writer.record());
    if (batch.size() >= kManyRecords) {
      log_.append(batch);
      batch.clear();
    }
  }
  log_.append(batch);
}

/// Late rows stand in the history alone until the run ends, since W&B wants steps that rise. They come as rows of
/// their own behind all others. If the disk refuses in the middle, the next call goes on there.
void RunDirectory::log_late_rows(const RowsBefore& before, std::int64_t end) {
  HistoryReader rows(path_ / kHistoryFile, before.bytes);
  RowWriter writer;
  RecordBatch batch;
  std::int64_t newest = before.newest_step;
  std::int64_t known = 0;
  const auto log_batch = [&] {
    log_.append(batch);
    const auto count = static_cast<std::int64_t>(batch.size());
    newest_logged_step_ += count;
    logged_late_rows_ += count;
    late_rows_ -= count;
    batch.clear();
  };
  while (rows.next(end)) {
    if (rows.step() > newest) {
      newest = rows.step();
    } else if (++known > logged_late_rows_ + static_cast<std::int64_t>(batch.size())) {
      write_late(writer, rows.row(), newest_logged_step_ + static_cast<std::int64_t>(batch.size()) + 1);
      batch.add(writer.record());
      if (batch.size() >= kManyRecords) {
        log_batch();
      }
    }
  }
  log_batch();
}

}  // namespace sconce::store
