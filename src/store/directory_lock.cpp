#include "store/directory_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <utility>

#include "store/posix.h"

namespace sconce::store {

DirectoryLock::DirectoryLock(const std::filesystem::path& directory)
    : fd_(open_file(directory, O_RDONLY | O_DIRECTORY)) {
  if (fd_ >= 0 && retry_interrupted([&] { return ::flock(fd_, LOCK_EX | LOCK_NB); }) != 0 &&
      errno == EWOULDBLOCK) {
    release();
    fail("the run is still going on: another logger writes to it", directory, EWOULDBLOCK);
  }
}

DirectoryLock::~DirectoryLock() { release(); }

DirectoryLock::DirectoryLock(DirectoryLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

DirectoryLock& DirectoryLock::operator=(DirectoryLock&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}

void DirectoryLock::release() noexcept {
  if (fd_ >= 0) {
    ::close(fd_);
    fd_ = -1;
  }
}

}  // namespace sconce::store
