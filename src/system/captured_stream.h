#pragma once

#include <sys/types.h>

#include <cstddef>
#include <string>

namespace sconce::system {

/// One of the process's standard streams, read by us as long as it is captured. What is read goes on to where the
/// stream went before. A terminal is replaced by a pseudo terminal, so that programs still see one, and everything
/// else by a pipe. Not thread-safe, but for what the process writes.
class CapturedStream {
 public:
  enum class Reading { Some, Nothing, End };

  /// fd: 1 or 2, which nobody else captures. A stream that is closed or cannot be captured is left as it is, and
  /// at its end.
  explicit CapturedStream(int fd);
  /// Gives it back first.
  ~CapturedStream();
  CapturedStream(const CapturedStream&) = delete;
  CapturedStream& operator=(const CapturedStream&) = delete;

  /// To poll(); negative at the end.
  int reading_end() const noexcept { return reading_end_; }
  /// Puts a piece of what was written into text, and hands it on, which may wait for the terminal. Nothing: for
  /// now. End: nobody has the stream any more.
  Reading read(std::string& text);
  /// What is written from now on goes where it went before, and reading comes to its end. Not if the program has
  /// put something else in its place.
  void give_back() noexcept;

  /// In the child of a fork(), where nobody reads: gives back the streams that its parent captures.
  static void leave_in_child() noexcept;

 private:
  void redirect(int writing_end);
  void close_reading_end() noexcept;

  const int fd_;
  int original_ = -1;  ///< where it went before
  int reading_end_ = -1;
  bool is_given_back_ = false;
  dev_t device_ = 0;  ///< of the end that the process writes to
  ino_t inode_ = 0;
};

}  // namespace sconce::system
