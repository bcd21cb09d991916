#include "store/append_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "store/buffer.h"
#include "store/posix.h"

namespace sconce::store {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kPage = 4096;  ///< the smallest there is; larger ones are multiples

/// What is left of the page in which byte `offset` of a file lies.
std::size_t room_at(std::size_t offset) { return kPage - offset % kPage; }

/// text as AppendFile::append_lines() writes it at `offset` of the file; kept in `out`.
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

AppendFile::AppendFile(const fs::path& path, std::int64_t size)
    : path_(path), fd_(open_file(path, O_RDWR | O_APPEND)), size_(size) {
  if (fd_ < 0 || !cut()) {
    fail("cannot go on with", path);
  }
  tells_files_apart_ = !has_lost_its_name();
}

AppendFile AppendFile::later(fs::path path) {
  AppendFile file;
  file.path_ = std::move(path);
  return file;
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

void AppendFile::append_lines(std::string_view text) {
  const auto offset = static_cast<std::size_t>(size_);
  if (text.size() > room_at(offset)) {
    fill_pages(padded_, text, offset);
    text = padded_;
  }
  append(text);
  clear_buffer(padded_);
}

void AppendFile::append(std::string_view bytes) {
  if (torn_ && !cut()) {
    fail("cannot append", path_);
  }
  torn_ = true;
  if (!write_all(fd_, bytes.data(), bytes.size())) {
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
  size_ += static_cast<std::int64_t>(bytes.size());
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
  tells_files_apart_ = true;
  tells_files_apart_ = !has_lost_its_name();
}

void AppendFile::end_line() {
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

}  // namespace sconce::store
