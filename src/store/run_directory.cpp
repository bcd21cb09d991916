#include "store/run_directory.h"

#include <unistd.h>

#include <system_error>

#include "store/buffer.h"
#include "store/file.h"
#include "store/json_text.h"
#include "store/layout.h"
#include "store/metadata.h"
#include "store/posix.h"
#include "store/wandb_records.h"

namespace sconce::store {
namespace {

namespace fs = std::filesystem;

/// Makes the directory, which must be new: two runs may not share one.
fs::path make_directory(const RunDescription& description) {
  fs::create_directories(description.dir);
  const fs::path path = fs::absolute(description.dir) / run_directory_name(description.start, description.id);
  if (!fs::create_directory(path)) {
    throw fs::filesystem_error("the run directory exists already", path,
                               std::make_error_code(std::errc::file_exists));
  }
  fs::create_directories(path / "files");
  fs::create_directories(path / kScratchFolder);
  return path.lexically_normal();
}

}  // namespace

RunDirectory::RunDirectory(RunDescription description)
    : description_(std::move(description)),
      path_(make_directory(description_)),
      lock_(path_),
      scratch_(path_ / kScratchFolder),
      history_(path_ / kHistoryFile),
      events_(AppendFile::later(path_ / kEventsFile)),
      output_(AppendFile::later(path_ / kOutputFile)),
      log_(path_ / log_name(description_.id)),
      config_(description_.config) {
  write(kMetadataFile, metadata_text(description_, std::nullopt));
  write_config();
  log_.append(first_records());
  point_latest_run_here();
}

/// A new link renamed over the old one: readers see one or the other. Convenience only, so failing is no error.
void RunDirectory::point_latest_run_here() const {
  std::error_code ignored;
  const fs::path temporary = path_.parent_path() / ("latest-run." + std::to_string(::getpid()));
  fs::remove(temporary, ignored);
  fs::create_directory_symlink(path_.filename(), temporary, ignored);
  fs::rename(temporary, path_.parent_path() / "latest-run", ignored);
}

/// All that a log needs to be taken for this run's, whatever was in one before.
RecordBatch RunDirectory::first_records() {
  RecordBatch batch;
  batch.add(header_record(rows_before_));
  batch.add(run_record(description_, config_.values()));
  batch.add(file_record(kMetadataName, FileKind::Wandb));
  for (const std::string& record : config_.records()) {
    batch.add(record);
  }
  summary_.mark_lost();
  for (const std::string& record : summary_.metrics().take_records()) {
    batch.add(record);
  }
  return batch;
}

StoredFile RunDirectory::store_media(std::string_view folder, std::string_view key,
                                     std::optional<std::int64_t> step, const void* bytes, std::size_t size,
                                     const std::string& sha256, std::string_view extension) const {
  StoredFile file{media_path(folder, key, step, sha256, extension), sha256, size};
  // Names hold the hash and files appear whole, so one that is there has these bytes.
  std::error_code missing;
  const fs::path path = path_ / "files" / file.path;
  if (fs::file_size(path, missing) != size || missing) {
    write_file(path, bytes, size, scratch_);
    ++media_files_;
    media_bytes_ += static_cast<std::int64_t>(size);
  }
  return file;
}

void RunDirectory::save_file(const fs::path& file, const std::string& name) const {
  copy_file(file, path_ / "files" / name, scratch_);
}

void RunDirectory::add(const RowWriter& row, Batch& batch) {
  batch.lines += row.line();
  if (row.step() > newest_logged_step_) {
    batch.records.add(row.record());
    newest_logged_step_ = row.step();
  } else {
    ++late_rows_;
  }
}

void RunDirectory::append(Batch& batch) {
  if (is_lost_) {
    begin_again();
    is_lost_ = false;
  }
  try {
    history_.append_lines(batch.lines);
    batch.lines.clear();
    append_beside(events_, batch.events);
    append_beside(output_, batch.output);
    log_.append(batch.records);
    batch.records.clear();
  } catch (...) {
    is_lost_ = history_.has_lost_its_name() || log_.has_lost_its_name();
    throw;
  }
}

/// Of a file that is made with its first text, and made again when it is deleted.
void RunDirectory::append_beside(AppendFile& file, std::string& text) const {
  if (text.empty()) {
    return;
  }
  if (file.has_lost_its_name()) {
    std::error_code ignored;
    if (is_folder(path_)) {
      fs::create_directory(path_ / "files", ignored);
    }
    file.reopen();
    file.end_line();  // a kill may have cut it
  }
  file.append(text);
  text.clear();
}

/// Files that have their names still are left as they are.
void RunDirectory::begin_again() {
  write(kMetadataFile, metadata_text(description_, std::nullopt));
  write_config();
  history_.reopen();
  history_.end_line();
  if (log_.reopen()) {
    log_.append(first_records());
  }
}

void RunDirectory::write_summary(std::int64_t runtime_seconds) {
  if (config_changed_) {
    write_config();
  }
  const std::string text = summary_.text(runtime_seconds);
  write(kSummaryFile, text);
  summary_size_ = text.size();
  RecordBatch batch;
  batch.add(summary_.record(runtime_seconds));
  log_.append(batch);
  summary_.mark_written();
}

void RunDirectory::summarize(const RowWriter& row, std::int64_t step, RecordBatch& batch) {
  summary_.update(row, step);
  for (const std::string& record : summary_.metrics().take_records()) {
    batch.add(record);
  }
}

void RunDirectory::define_metric(MetricDefinition metric, RecordBatch& batch) {
  summary_.define(std::move(metric));
  for (const std::string& record : summary_.metrics().take_records()) {
    batch.add(record);
  }
}

void RunDirectory::configure(const nlohmann::ordered_json& values, RecordBatch& batch) {
  batch.add(config_.update(values));
  config_changed_ = true;
}

void RunDirectory::publish(std::string_view key, const StoredImage& image, RecordBatch& batch) {
  batch.add(file_record(image.file.path, FileKind::Media));
  publish_layers(image.masks, "mask/class_labels", key, batch);
  publish_layers(image.boxes, "bounding_box/class_labels", key, batch);
}

void RunDirectory::write_changed_config() {
  constexpr std::size_t kLarge = std::size_t{64} << 10;  // a name at a time, it would be written for ever
  if (config_changed_ && config_size_ < kLarge) {
    write_config();
  }
}

void RunDirectory::publish_layers(const std::vector<StoredLayer>& layers, const char* kind, std::string_view key,
                                  RecordBatch& batch) {
  for (const StoredLayer& layer : layers) {
    batch.add(file_record(layer.file.path, FileKind::Media));
    if (const auto record = config_.add_class_labels(kind, key, layer.name, layer.class_names)) {
      batch.add(*record);
      config_changed_ = true;
    }
  }
}

void RunDirectory::close(int exit_code, std::int64_t runtime_seconds) {
  Batch nothing;
  append(nothing);  // says so if a file is not there any more
  if (late_rows_ > 0) {
    log_late_rows(rows_before_, history_.size());
  }
  write_config();
  write_summary(runtime_seconds);
  write(kMetadataFile, metadata_text(description_, exit_code));
  if (!is_complete_) {
    RecordBatch last;
    last.add(exit_record(exit_code, runtime_seconds));
    last.add(final_record());
    last.add(footer_record());
    log_.append(last);
    is_complete_ = true;
  }
  history_.close();
  events_.close();
  output_.close();
  log_.close();
  lock_.release();
  std::error_code ignored;
  fs::remove_all(scratch_, ignored);
}

void RunDirectory::write(std::string_view file, std::string_view text) const {
  write_file(path_ / file, text, scratch_);
}

void RunDirectory::write_config() {
  const std::string text = config_.text();
  write(kConfigFile, text);
  config_size_ = text.size();
  config_changed_ = false;
}

}  // namespace sconce::store
