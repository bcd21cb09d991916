#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace sconce::store {

/// A file that only grows. Not thread-safe.
class AppendFile {
 public:
  AppendFile() = default;
  /// Creates the file, which must not exist. Throws std::filesystem::filesystem_error.
  explicit AppendFile(const std::filesystem::path& path);
  /// Goes on with a file that is there, and cuts it at `size`. Throws std::filesystem::filesystem_error.
  AppendFile(const std::filesystem::path& path, std::int64_t size);
  ~AppendFile();
  /// A file that the first reopen() opens or creates.
  static AppendFile later(std::filesystem::path path);
  AppendFile(AppendFile&& other) noexcept;
  AppendFile& operator=(AppendFile&& other) noexcept;

  /// Hands all of bytes to the operating system, or none of them: what a full disk took is cut off again. A file
  /// that was moved or deleted meanwhile takes nothing. Throws std::filesystem::filesystem_error.
  void append(std::string_view bytes);
  /// The same for lines. Where a line would cross from one page of the file to the next, spaces before the newline
  /// above it fill the page: a kill may end a write between two pages, and then leaves whole lines. Lines that are
  /// longer than a page and the first line of a text are not helped.
  void append_lines(std::string_view text);
  /// There is no file of this name any more, or it is another one.
  bool has_lost_its_name() const;
  /// Goes on with the file that has the name now, or begins a new one. The folder must be there.
  void reopen();
  /// Ends the last line if a kill or somebody else left it open.
  void end_line();
  bool is_open() const noexcept { return fd_ >= 0; }
  std::int64_t size() const noexcept { return size_; }
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

}  // namespace sconce::store
