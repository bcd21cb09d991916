#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "store/append_file.h"

namespace sconce::store {

/// Records, serialized, that are written together.
class RecordBatch {
 public:
  void add(std::string_view record);
  void clear();
  bool empty() const noexcept { return ends_.empty(); }
  std::size_t size() const noexcept { return ends_.size(); }
  std::string_view operator[](std::size_t i) const;

 private:
  std::string bytes_;
  std::vector<std::size_t> ends_;
};

/// Where a log that is there goes on.
struct LogEnd {
  std::int64_t size = 0;   ///< of the file up to the end of a record
  std::int64_t count = 0;  ///< of the records up to there
};

/// run-<id>.wandb, which W&B's client uploads: docs/wandb_file.md, section 1. Not thread-safe.
class TransactionLog {
 public:
  /// Creates the file, which must not exist, and begins it. Throws std::filesystem::filesystem_error.
  explicit TransactionLog(const std::filesystem::path& path);
  /// Goes on with a file, which is cut there.
  TransactionLog(const std::filesystem::path& path, const LogEnd& end);

  /// Numbers the records and hands all of them to the operating system, or none. Throws as AppendFile::append().
  void append(const RecordBatch& batch);
  bool has_lost_its_name() const { return file_.has_lost_its_name(); }
  /// As AppendFile::reopen(); true if the log has no record yet.
  bool reopen();
  void close() noexcept { file_.close(); }

 private:
  AppendFile file_;
  std::int64_t count_ = 0;  ///< of records so far
  std::string framed_;
};

}  // namespace sconce::store
