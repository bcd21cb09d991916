#include "store/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <fstream>
#include <system_error>
#include <utility>

namespace sconce::store {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail(const char* what, const fs::path& path) {
  throw fs::filesystem_error(what, path, std::error_code(errno, std::generic_category()));
}

int open_retrying(const fs::path& path, int flags, mode_t mode = 0) {
  int fd = -1;
  do {
    fd = ::open(path.c_str(), flags | O_CLOEXEC, mode);
  } while (fd < 0 && errno == EINTR);
  return fd;
}

/// A write may be short or interrupted; the rest is written then. False with errno set if the system refuses.
bool write_all(int fd, const char* bytes, std::size_t size) {
  while (size > 0) {
    const ssize_t written = ::write(fd, bytes, size);
    if (written < 0) {
      if (errno == EINTR) {
        continue;
      }
      return false;
    }
    bytes += written;
    size -= static_cast<std::size_t>(written);
  }
  return true;
}

fs::path scratch_name(const fs::path& scratch) {
  static std::atomic<std::uint64_t> count{0};
  return scratch / (std::to_string(::getpid()) + "-" + std::to_string(count++));
}

int create_scratch(const fs::path& temporary) {
  constexpr int kFlags = O_WRONLY | O_CREAT | O_EXCL;
  int fd = open_retrying(temporary, kFlags, 0666);
  if (fd < 0 && errno == ENOENT) {
    fs::create_directories(temporary.parent_path());
    fd = open_retrying(temporary, kFlags, 0666);
  }
  return fd;
}

void rename_into_place(const fs::path& temporary, const fs::path& path) {
  if (::rename(temporary.c_str(), path.c_str()) == 0) {
    return;
  }
  if (errno == ENOENT) {
    fs::create_directories(path.parent_path());
    if (::rename(temporary.c_str(), path.c_str()) == 0) {
      return;
    }
  }
  fail("cannot move into place", path);
}

}  // namespace

AppendFile::AppendFile(const fs::path& path)
    : path_(path), fd_(open_retrying(path, O_WRONLY | O_CREAT | O_EXCL | O_APPEND, 0666)) {
  if (fd_ < 0) {
    fail("cannot create", path);
  }
}

AppendFile::~AppendFile() { close(); }

AppendFile::AppendFile(AppendFile&& other) noexcept
    : path_(std::move(other.path_)), fd_(std::exchange(other.fd_, -1)), size_(other.size_), torn_(other.torn_) {}

AppendFile& AppendFile::operator=(AppendFile&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(fd_, other.fd_);
  std::swap(size_, other.size_);
  std::swap(torn_, other.torn_);
  return *this;
}

void AppendFile::append(std::string_view text) {
  if (!torn_ || cut()) {
    if (write_all(fd_, text.data(), text.size())) {
      size_ += static_cast<std::int64_t>(text.size());
      return;
    }
    const int error = errno;
    torn_ = true;
    cut();
    errno = error;
  }
  fail("cannot append", path_);
}

/// Cutting needs no room, so it works on the full disk that makes it necessary.
bool AppendFile::cut() {
  int result = -1;
  do {
    result = ::ftruncate(fd_, size_);
  } while (result != 0 && errno == EINTR);
  torn_ = result != 0;
  return !torn_;
}

void AppendFile::close() noexcept {
  if (fd_ >= 0) {
    ::close(fd_);
    fd_ = -1;
  }
}

void write_file(const fs::path& path, const void* bytes, std::size_t size, const fs::path& scratch) {
  const fs::path temporary = scratch_name(scratch);
  const int fd = create_scratch(temporary);
  if (fd < 0) {
    fail("cannot create", temporary);
  }
  const bool written = write_all(fd, static_cast<const char*>(bytes), size);
  int error = errno;
  // Some file systems tell of a full disk only here.
  const bool closed = ::close(fd) == 0;
  if (written && !closed) {
    error = errno;
  }
  try {
    if (!written || !closed) {
      errno = error;
      fail("cannot write", path);
    }
    rename_into_place(temporary, path);
  } catch (...) {
    ::unlink(temporary.c_str());
    throw;
  }
}

void write_file(const fs::path& path, std::string_view text, const fs::path& scratch) {
  write_file(path, text.data(), text.size(), scratch);
}

std::vector<std::uint8_t> read_file(const fs::path& path, std::uintmax_t max_size) {
  // Opening a pipe would wait for a writer, so the kind is asked first.
  const fs::file_status status = fs::status(path);
  if (!fs::is_regular_file(status)) {
    errno = !fs::exists(status) ? ENOENT : fs::is_directory(status) ? EISDIR : EINVAL;
    fail("cannot read as a regular file", path);
  }
  const std::uintmax_t size = fs::file_size(path);
  if (size > max_size) {
    errno = EFBIG;
    fail("cannot take the file", path);
  }
  std::vector<std::uint8_t> bytes(static_cast<std::size_t>(size));
  std::ifstream in(path, std::ios::binary);
  if (!in.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(size))) {
    errno = errno != 0 ? errno : EIO;
    fail("cannot read", path);
  }
  return bytes;
}

}  // namespace sconce::store
