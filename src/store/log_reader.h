#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

namespace sconce::store {

/// Reads the records of a transaction log from the first one on, as far as they are whole.
class LogReader {
 public:
  /// Throws std::filesystem::filesystem_error.
  explicit LogReader(const std::filesystem::path& path);

  /// The next record; false at the end, and where a record is cut or broken.
  bool next();
  /// The record's message, after next().
  std::string_view record() const noexcept { return record_; }
  /// Bytes of the file up to the end of the last record that next() found.
  std::int64_t end() const noexcept { return end_; }

 private:
  enum class Part { Nothing, Some, All };
  Part read_chunk(bool is_first);
  bool read(std::size_t size, std::string& into);

  std::ifstream in_;
  std::string record_;
  std::string bytes_;
  std::int64_t offset_ = 0;  ///< of the file, behind what was read
  std::int64_t end_ = 0;
};

}  // namespace sconce::store
