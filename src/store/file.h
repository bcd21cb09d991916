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

  /// Hands all of text to the operating system, or none of it: what a full disk took of it is cut off again. A
  /// file that was moved or deleted meanwhile takes nothing. Throws std::filesystem::filesystem_error.
  ///
  /// Where a line would cross from one page of the file to the next, spaces before the newline above it fill the
  /// page: a kill may end a write between two pages, and then leaves whole lines. Lines that are longer than a
  /// page and the first line of a text are not helped.
  void append(std::string_view text);
  /// There is no file of this name any more, or it is another one.
  bool has_lost_its_name() const;
  /// Goes on with the file that has the name now, or begins a new one. The folder must be there.
  void reopen();
  void close() noexcept;

 private:
  bool cut();

  std::filesystem::path path_;
  int fd_ = -1;
  std::int64_t size_ = 0;
  bool torn_ = false;              ///< part of a refused text may stand behind size_
  bool tells_files_apart_ = true;  ///< not on file systems that number their files anew at each look
  std::string padded_;
};

/// Writes a file under a temporary name in `scratch`, a folder directly below the run directory, and renames it:
/// nobody ever sees a part of it under its own name. Makes folders where they are missing, but never the run
/// directory: where a mount went away that would fill another disk. Throws std::filesystem::filesystem_error and
/// leaves nothing behind.
void write_file(const std::filesystem::path& path, const void* bytes, std::size_t size,
                const std::filesystem::path& scratch);
void write_file(const std::filesystem::path& path, std::string_view text, const std::filesystem::path& scratch);

/// All bytes of a regular file of at most max_size bytes. Throws std::filesystem::filesystem_error, for everything
/// else too: a folder, a device or a pipe could be read for ever.
std::vector<std::uint8_t> read_file(const std::filesystem::path& path, std::uintmax_t max_size);

}  // namespace sconce::store
