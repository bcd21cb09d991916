#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace sconce::store {

/// A file that only grows, line by line. Not thread-safe.
class AppendFile {
 public:
  AppendFile() = default;
  /// Creates the file, which must not exist. Throws std::filesystem::filesystem_error.
  explicit AppendFile(const std::filesystem::path& path);
  ~AppendFile();
  AppendFile(AppendFile&& other) noexcept;
  AppendFile& operator=(AppendFile&& other) noexcept;

  /// Hands all of text to the operating system, or none of it: what a full disk took of it is cut off again.
  /// Throws std::filesystem::filesystem_error.
  void append(std::string_view text);
  void close() noexcept;

 private:
  bool cut();

  std::filesystem::path path_;
  int fd_ = -1;
  std::int64_t size_ = 0;
  bool torn_ = false;  ///< part of a refused text may stand behind size_
};

/// Writes a file under a temporary name in `scratch`, a folder of the same file system, and renames it: nobody
/// ever sees a part of it under its own name. Makes the folders above it. Throws std::filesystem::filesystem_error
/// and leaves nothing behind.
void write_file(const std::filesystem::path& path, const void* bytes, std::size_t size,
                const std::filesystem::path& scratch);
void write_file(const std::filesystem::path& path, std::string_view text, const std::filesystem::path& scratch);

/// All bytes of a regular file of at most max_size bytes. Throws std::filesystem::filesystem_error, for everything
/// else too: a folder, a device or a pipe could be read for ever.
std::vector<std::uint8_t> read_file(const std::filesystem::path& path, std::uintmax_t max_size);

}  // namespace sconce::store
