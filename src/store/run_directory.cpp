#include "store/run_directory.h"

#include <unistd.h>

#include <system_error>

#include "store/file.h"
#include "store/layout.h"
#include "store/metadata.h"

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

/// A new link renamed over the old one: readers see one or the other. Convenience only, so failing is no error.
void point_latest_run_at(const fs::path& run) {
  std::error_code ignored;
  const fs::path temporary = run.parent_path() / ("latest-run." + std::to_string(::getpid()));
  fs::remove(temporary, ignored);
  fs::create_directory_symlink(run.filename(), temporary, ignored);
  fs::rename(temporary, run.parent_path() / "latest-run", ignored);
}

}  // namespace

RunDirectory::RunDirectory(RunDescription description)
    : description_(std::move(description)),
      path_(make_directory(description_)),
      scratch_(path_ / kScratchFolder),
      history_(path_ / kHistoryFile),
      config_(description_.config) {
  write(kMetadataFile, metadata_text(description_, std::nullopt));
  write_config();
  point_latest_run_at(path_);
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
  }
  return file;
}

void RunDirectory::append_rows(std::string_view lines) {
  if (history_is_lost_) {
    write(kMetadataFile, metadata_text(description_, std::nullopt));
    write_config();
    history_.reopen();
    history_is_lost_ = false;
  }
  try {
    history_.append(lines);
  } catch (...) {
    history_is_lost_ = history_.has_lost_its_name();
    throw;
  }
}

void RunDirectory::write_summary(std::int64_t runtime_seconds) {
  if (config_changed_) {
    write_config();
  }
  write(kSummaryFile, summary_.text(runtime_seconds));
  summary_.mark_written();
}

void RunDirectory::publish_class_names(std::string_view key, const StoredImage& image) {
  for (const StoredLayer& layer : image.masks) {
    config_changed_ |= config_.add_class_labels("mask/class_labels", key, layer.name, layer.class_names);
  }
  for (const StoredLayer& layer : image.boxes) {
    config_changed_ |= config_.add_class_labels("bounding_box/class_labels", key, layer.name, layer.class_names);
  }
  constexpr std::size_t kLarge = std::size_t{64} << 10;  // a name at a time, it would be written for ever
  if (config_changed_ && config_size_ < kLarge) {
    write_config();
  }
}

void RunDirectory::close(int exit_code, std::int64_t runtime_seconds) {
  append_rows({});  // says so if the history is not there any more
  write_config();
  write_summary(runtime_seconds);
  write(kMetadataFile, metadata_text(description_, exit_code));
  history_.close();
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
