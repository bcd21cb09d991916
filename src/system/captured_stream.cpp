#include "system/captured_stream.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstdlib>

namespace sconce::system {
namespace {

constexpr std::size_t kPiece = std::size_t{64} << 10;

/// Where captured streams went before, by file descriptor, for the children of forks.
std::array<std::atomic<int>, 3> originals{-1, -1, -1};

struct Ends {
  int reading = -1;
  int writing = -1;
};

void close_in_children_that_exec(int fd) { ::fcntl(fd, F_SETFD, FD_CLOEXEC); }

Ends make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe(ends.data()) != 0) {
    return {};
  }
  return {ends[0], ends[1]};
}

/// A pseudo terminal of the same size that leaves output as it is: the real one does what is to be done to it.
Ends make_terminal(int original) {
  const int master = ::posix_openpt(O_RDWR | O_NOCTTY);
  if (master < 0 || ::grantpt(master) != 0 || ::unlockpt(master) != 0) {
    return {master, -1};
  }
  const char* const name = ::ptsname(master);
  const int slave = name == nullptr ? -1 : ::open(name, O_RDWR | O_NOCTTY);
  termios settings{};
  if (slave >= 0 && ::tcgetattr(slave, &settings) == 0) {
    settings.c_oflag &= ~static_cast<tcflag_t>(OPOST);
    ::tcsetattr(slave, TCSANOW, &settings);
  }
  winsize size{};
  if (::ioctl(original, TIOCGWINSZ, &size) == 0) {
    ::ioctl(slave, TIOCSWINSZ, &size);
  }
  return {master, slave};
}

Ends make_ends(int original) {
  if (::isatty(original) == 1) {
    const Ends terminal = make_terminal(original);
    if (terminal.writing >= 0) {
      return terminal;
    }
    ::close(terminal.reading);
  }
  return make_pipe();
}

/// Waits where the other side is slow. What it refuses is given up: the program would have lost it too.
void pass_on(int fd, const char* bytes, std::size_t size) {
  while (size > 0) {
    const ssize_t written = ::write(fd, bytes, size);
    if (written > 0) {
      bytes += written;
      size -= static_cast<std::size_t>(written);
    } else if (written < 0 && errno == EAGAIN) {
      pollfd writable{fd, POLLOUT, 0};
      ::poll(&writable, 1, -1);
    } else if (written == 0 || errno != EINTR) {
      return;
    }
  }
}

}  // namespace

CapturedStream::CapturedStream(int fd) : fd_(fd), original_(::fcntl(fd, F_DUPFD_CLOEXEC, 3)) {
  if (original_ < 0) {
    return;
  }
  const Ends ends = make_ends(original_);
  if (ends.writing < 0) {
    return;
  }
  reading_end_ = ends.reading;
  close_in_children_that_exec(ends.reading);
  close_in_children_that_exec(ends.writing);
  ::fcntl(reading_end_, F_SETFL, ::fcntl(reading_end_, F_GETFL) | O_NONBLOCK);
  redirect(ends.writing);
}

void CapturedStream::redirect(int writing_end) {
  struct stat file {};
  ::fstat(writing_end, &file);
  device_ = file.st_dev;
  inode_ = file.st_ino;
  originals.at(static_cast<std::size_t>(fd_)) = original_;  // first: a child of the next moment needs it
  ::dup2(writing_end, fd_);
  ::close(writing_end);
}

CapturedStream::~CapturedStream() {
  give_back();
  close_reading_end();
  if (original_ >= 0) {
    ::close(original_);
  }
}

CapturedStream::Reading CapturedStream::read(std::string& text) {
  if (reading_end_ < 0) {
    return Reading::End;
  }
  text.resize(kPiece);
  const ssize_t size = ::read(reading_end_, text.data(), text.size());
  text.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
  if (size > 0) {
    pass_on(original_, text.data(), text.size());
    return Reading::Some;
  }
  if (size < 0 && (errno == EAGAIN || errno == EINTR)) {
    return Reading::Nothing;
  }
  close_reading_end();  // a pseudo terminal says EIO here
  return Reading::End;
}

void CapturedStream::give_back() noexcept {
  if (original_ < 0 || is_given_back_) {
    return;
  }
  is_given_back_ = true;
  struct stat file {};
  if (::fstat(fd_, &file) == 0 && file.st_dev == device_ && file.st_ino == inode_) {
    ::dup2(original_, fd_);
  }
  originals.at(static_cast<std::size_t>(fd_)) = -1;
}

void CapturedStream::leave_in_child() noexcept {
  for (const int fd : {STDOUT_FILENO, STDERR_FILENO}) {
    const int original = originals.at(static_cast<std::size_t>(fd)).exchange(-1);
    if (original >= 0) {
      ::dup2(original, fd);
    }
  }
}

void CapturedStream::close_reading_end() noexcept {
  if (reading_end_ >= 0) {
    ::close(reading_end_);
    reading_end_ = -1;
  }
}

}  // namespace sconce::system
