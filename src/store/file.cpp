#include "store/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <system_error>
#include <utility>

namespace sconce::store {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kPage = 4096;  ///< the smallest there is; larger ones are multiples

[[noreturn]] void fail(const char* what, const fs::path& path, int error = errno) {
  throw fs::filesystem_error(what, path, std::error_code(error, std::generic_category()));
}

[[noreturn]] void fail_without_run_directory(const fs::path& directory) {
  fail("the run directory is gone", directory, ENOENT);
}

template <typename Call>
auto retry_interrupted(const Call& call) {
  auto result = call();
  while (result < 0 && errno == EINTR) {
    result = call();
  }
  return result;
}

int open_file(const fs::path& path, int flags, mode_t mode = 0) {
  return retry_interrupted([&] { return ::open(path.c_str(), flags | O_CLOEXEC, mode); });
}

/// A write may be short or interrupted; the rest is written then. False with errno set if the system refuses.
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

bool is_folder(const fs::path& path) {
  std::error_code ignored;
  return fs::is_directory(path, ignored);
}

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

/// What is left of the page in which byte `offset` of a file lies.
std::size_t room_at(std::size_t offset) { return kPage - offset % kPage; }

/// text as AppendFile::append() writes it at `offset` of the file; kept in `out`.
void fill_pages(std::string& out, std::string_view text, std::size_t offset) {
  out.clear();
  while (text.size() > room_at(offset + out.size())) {
    const std::size_t fitting = text.rfind('\n', room_at(offset + out.size()) - 1) + 1;
    out += text.substr(0, fitting);
    text.remove_prefix(fitting);
    const std::size_t line = std::min(text.find('\n'), text.size() - 1) + 1;  // crosses to the next page
    const std::size_t room = room_at(offset + out.size());
    if (out.empty() || line > kPage) {
      out += text.substr(0, line);
      text.remove_prefix(line);
    } else if (room < kPage) {
      out.insert(out.size() - 1, room, ' ');
    }
  }
  out += text;
}

/// Whether the last line has its newline; an empty file has no line.
bool ends_a_line(int fd, std::int64_t size) {
  char last = '\n';
  return size == 0 || (retry_interrupted([&] { return ::pread(fd, &last, 1, size - 1); }) == 1 && last == '\n');
}

}  // namespace

AppendFile::AppendFile(const fs::path& path)
    : path_(path), fd_(open_file(path, O_RDWR | O_CREAT | O_EXCL | O_APPEND, 0666)) {
  if (fd_ < 0) {
    fail("cannot create", path);
  }
  tells_files_apart_ = !has_lost_its_name();
}

AppendFile::~AppendFile() { close(); }

AppendFile::AppendFile(AppendFile&& other) noexcept { *this = std::move(other); }

AppendFile& AppendFile::operator=(AppendFile&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(fd_, other.fd_);
  std::swap(size_, other.size_);
  std::swap(torn_, other.torn_);
  std::swap(tells_files_apart_, other.tells_files_apart_);
  return *this;
}

void AppendFile::append(std::string_view text) {
  if (torn_ && !cut()) {
    fail("cannot append", path_);
  }
  const auto offset = static_cast<std::size_t>(size_);
  if (text.size() > room_at(offset)) {
    fill_pages(padded_, text, offset);
    text = padded_;
  }
  torn_ = true;
  if (!write_all(fd_, text.data(), text.size())) {
    const int error = errno;
    cut();
    fail("cannot append", path_, error);
  }
  // Looked at behind the write: text that went to a file without a name would be lost with it.
  if (has_lost_its_name()) {
    cut();
    fail(is_folder(path_.parent_path()) ? "the file was moved or deleted" : "the run directory is gone", path_,
         ENOENT);
  }
  torn_ = false;
  size_ += static_cast<std::int64_t>(text.size());
}

bool AppendFile::has_lost_its_name() const {
  struct stat open {};
  struct stat named {};
  if (::fstat(fd_, &open) != 0 || ::stat(path_.c_str(), &named) != 0) {
    return true;
  }
  return tells_files_apart_ && (open.st_dev != named.st_dev || open.st_ino != named.st_ino);
}

void AppendFile::reopen() {
  if (!has_lost_its_name()) {  // it was moved back
    return;
  }
  if (!is_folder(path_.parent_path())) {
    fail_without_run_directory(path_.parent_path());
  }
  const int fd = open_file(path_, O_RDWR | O_CREAT | O_APPEND, 0666);
  if (fd < 0) {
    fail("cannot open again", path_);
  }
  close();
  fd_ = fd;
  size_ = ::lseek(fd_, 0, SEEK_END);
  torn_ = false;
  if (!ends_a_line(fd_, size_)) {
    append("\n");
  }
}

/// Cutting needs no room, so it works on the full disk that makes it necessary.
bool AppendFile::cut() {
  torn_ = retry_interrupted([&] { return ::ftruncate(fd_, size_); }) != 0;
  return !torn_;
}

void AppendFile::close() noexcept {
  if (fd_ >= 0) {
    ::close(fd_);
    fd_ = -1;
  }
}

void write_file(const fs::path& path, const void* bytes, std::size_t size, const fs::path& scratch) {
  const fs::path root = scratch.parent_path();
  const fs::path temporary = scratch_name(scratch);
  const int fd = create_scratch(temporary, root);
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
