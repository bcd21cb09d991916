#pragma once

#include <sys/types.h>

#include <cerrno>
#include <cstddef>
#include <filesystem>

namespace sconce::store {

/// Throws std::filesystem::filesystem_error.
[[noreturn]] void fail(const char* what, const std::filesystem::path& path, int error = errno);
[[noreturn]] void fail_without_run_directory(const std::filesystem::path& directory);

/// A system call, made again when a signal interrupts it.
template <typename Call>
auto retry_interrupted(const Call& call) {
  auto result = call();
  while (result < 0 && errno == EINTR) {
    result = call();
  }
  return result;
}

/// open() with O_CLOEXEC.
int open_file(const std::filesystem::path& path, int flags, mode_t mode = 0);

/// A write may be short or interrupted; the rest is written then. False with errno set if the system refuses.
bool write_all(int fd, const char* bytes, std::size_t size);

bool is_folder(const std::filesystem::path& path);

}  // namespace sconce::store
