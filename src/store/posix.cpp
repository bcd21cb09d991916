#include "store/posix.h"

#include <fcntl.h>
#include <unistd.h>

#include <system_error>

namespace sconce::store {

namespace fs = std::filesystem;

void fail(const char* what, const fs::path& path, int error) {
  throw fs::filesystem_error(what, path, std::error_code(error, std::generic_category()));
}

void fail_without_run_directory(const fs::path& directory) {
  fail("the run directory is gone", directory, ENOENT);
}

int open_file(const fs::path& path, int flags, mode_t mode) {
  return retry_interrupted([&] { return ::open(path.c_str(), flags | O_CLOEXEC, mode); });
}

bool write_all(int fd, const char* bytes, std::size_t size) {
  while (size > 0) {
    const ssize_t written = retry_interrupted([&] { return ::write(fd, bytes, size); });
    if (written <= 0) {
      errno = written == 0 ? EIO : errno;  // or it would be asked for ever
      return false;
    }
    bytes += written;
    size -= static_cast<std::size_t>(written);
  }
  return true;
}

bool is_folder(const fs::path& path) {
  std::error_code ignored;
  return fs::is_directory(path, ignored);
}

}  // namespace sconce::store
