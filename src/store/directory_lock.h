#pragma once

#include <filesystem>

namespace sconce::store {

/// Keeps other runs out of a run directory for as long as it lives, in this process and in others on this machine.
/// The system lets go of it with the process; a child of a fork() that lives longer holds on to it.
class DirectoryLock {
 public:
  DirectoryLock() = default;
  /// Throws std::filesystem::filesystem_error if another run has the directory. Where the file system knows no
  /// locks nobody is kept out.
  explicit DirectoryLock(const std::filesystem::path& directory);
  ~DirectoryLock();
  DirectoryLock(DirectoryLock&& other) noexcept;
  DirectoryLock& operator=(DirectoryLock&& other) noexcept;

  void release() noexcept;

 private:
  int fd_ = -1;
};

}  // namespace sconce::store
