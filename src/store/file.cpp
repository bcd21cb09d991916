#include "store/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>

#include "store/posix.h"

namespace sconce::store {
namespace {

namespace fs = std::filesystem;

/// Closes a file that was read.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) {
      ::close(fd_);
    }
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const noexcept { return fd_; }

 private:
  int fd_;
};

/// Makes folder and what is missing above it, up to root, which must be there.
void make_folders(const fs::path& folder, const fs::path& root) {
  if (folder == root || ::mkdir(folder.c_str(), 0777) == 0 || errno == EEXIST) {
    return;
  }
  if (errno != ENOENT) {
    fail("cannot make the folder", folder);
  }
  if (folder.parent_path() == root || folder.parent_path() == folder) {
    fail_without_run_directory(root);
  }
  make_folders(folder.parent_path(), root);
  if (::mkdir(folder.c_str(), 0777) != 0 && errno != EEXIST) {
    fail("cannot make the folder", folder);
  }
}

fs::path scratch_name(const fs::path& scratch) {
  static std::atomic<std::uint64_t> count{0};
  return scratch / (std::to_string(::getpid()) + "-" + std::to_string(count++));
}

int create_scratch(const fs::path& temporary, const fs::path& root) {
  constexpr int kFlags = O_WRONLY | O_CREAT | O_EXCL;
  int fd = open_file(temporary, kFlags, 0666);
  if (fd < 0 && errno == ENOENT) {
    make_folders(temporary.parent_path(), root);
    fd = open_file(temporary, kFlags, 0666);
  }
  return fd;
}

void rename_into_place(const fs::path& temporary, const fs::path& path, const fs::path& root) {
  if (::rename(temporary.c_str(), path.c_str()) == 0) {
    return;
  }
  if (errno == ENOENT) {
    make_folders(path.parent_path(), root);
    if (::rename(temporary.c_str(), path.c_str()) == 0) {
      return;
    }
  }
  fail("cannot move into place", path);
}

}  // namespace

void write_file(const fs::path& path, const void* bytes, std::size_t size, const fs::path& scratch) {
  const fs::path root = scratch.parent_path();
  const fs::path temporary = scratch_name(scratch);
  const int fd = create_scratch(temporary, root);
  if (fd < 0) {
    const int error = errno;
    if (!is_folder(root)) {
      fail_without_run_directory(root);
    }
    fail("cannot create", temporary, error);
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
      fail("cannot write", path, error);
    }
    rename_into_place(temporary, path, root);
  } catch (...) {
    ::unlink(temporary.c_str());
    throw;
  }
}

void write_file(const fs::path& path, std::string_view text, const fs::path& scratch) {
  write_file(path, text.data(), text.size(), scratch);
}

void copy_file(const fs::path& from, const fs::path& path, const fs::path& scratch) {
  const fs::path root = scratch.parent_path();
  const fs::path temporary = scratch_name(scratch);
  make_folders(scratch, root);
  try {
    fs::copy_file(from, temporary);
    rename_into_place(temporary, path, root);
  } catch (...) {
    ::unlink(temporary.c_str());
    throw;
  }
}

std::vector<std::uint8_t> read_file(const fs::path& path, std::uintmax_t max_size) {
  // Without O_NONBLOCK, opening a pipe waits for a writer.
  const Descriptor file(open_file(path, O_RDONLY | O_NONBLOCK));
  struct stat status {};
  if (file.get() < 0 || ::fstat(file.get(), &status) != 0) {
    fail("cannot read", path);
  }
  if (!S_ISREG(status.st_mode)) {
    fail("cannot read as a regular file", path, S_ISDIR(status.st_mode) ? EISDIR : EINVAL);
  }
  if (static_cast<std::uintmax_t>(status.st_size) > max_size) {
    fail("cannot take the file", path, EFBIG);
  }
  std::vector<std::uint8_t> bytes(static_cast<std::size_t>(status.st_size));
  for (std::size_t at = 0; at < bytes.size();) {
    const ssize_t count =
        retry_interrupted([&] { return ::read(file.get(), bytes.data() + at, bytes.size() - at); });
    if (count <= 0) {
      fail("cannot read", path, count == 0 ? EIO : errno);  // 0: it shrank meanwhile
    }
    at += static_cast<std::size_t>(count);
  }
  return bytes;
}

}  // namespace sconce::store
