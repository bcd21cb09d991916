#include "run/console_capture.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <condition_variable>
#include <cstdio>
#include <iostream>
#include <map>
#include <string>
#include <thread>
#include <utility>

#include "run/quiet_thread.h"
#include "store/json_text.h"
#include "system/captured_stream.h"

namespace sconce {
namespace {

using system::CapturedStream;
using Reading = CapturedStream::Reading;

/// What the program wrote so far leaves its buffers.
void flush_console() {
  std::cout.flush();
  std::fflush(stdout);
  std::fflush(stderr);
}

/// One captured stream, and the beginning of a character that the piece before ended with.
struct Source {
  Source(int fd, store::OutputStream its_stream) : captured(fd), stream(its_stream) {}

  CapturedStream captured;
  store::OutputStream stream;
  std::string text;
  std::string piece;
};

}  // namespace

/// From the first listener to the last. Its thread stays behind where a program that was started meanwhile still
/// writes to the streams, and hands on what comes.
class ConsoleCapture::Session : public std::enable_shared_from_this<Session> {
 public:
  Session() {
    std::array<int, 2> ends{-1, -1};
    if (::pipe(ends.data()) == 0) {
      for (const int end : ends) {
        ::fcntl(end, F_SETFD, FD_CLOEXEC);
        ::fcntl(end, F_SETFL, O_NONBLOCK);
      }
    }
    waking_end_ = ends[0];
    wake_end_ = ends[1];
  }
  ~Session() {
    ::close(waking_end_);
    ::close(wake_end_);
  }
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  void start() {
    thread_ = quiet_thread([self = shared_from_this()] { self->work(); });
  }

  /// Returns when all is told that had been written before.
  void catch_up() {
    std::unique_lock<std::mutex> lock(mutex_);
    const std::int64_t number = ++asked_;
    wake();
    caught_up_.wait(lock, [&] { return has_ended_ || caught_up_to_ >= number; });
  }

  void add(std::int64_t id, Listener listener) {
    const std::lock_guard<std::mutex> lock(mutex_);
    listeners_.emplace(id, std::move(listener));
  }

  void remove(std::int64_t id) {
    catch_up();
    const std::lock_guard<std::mutex> lock(mutex_);
    listeners_.erase(id);
  }

  bool has_one_listener() {
    const std::lock_guard<std::mutex> lock(mutex_);
    return listeners_.size() == 1;
  }

  void give_back() {
    for (Source& source : sources_) {
      source.captured.give_back();
    }
    const std::lock_guard<std::mutex> lock(mutex_);
    is_given_back_ = true;
  }

  /// After give_back() and the last remove().
  void end() {
    std::unique_lock<std::mutex> lock(mutex_);
    const bool has_ended = has_ended_;
    lock.unlock();
    has_ended ? thread_.join() : thread_.detach();
  }

 private:
  void wake() const {
    const char byte = 0;
    static_cast<void>(!::write(wake_end_, &byte, 1));  // a pipe that is full wakes, too
  }

  void work() {
    while (!has_ended()) {
      const Waited waited = wait();
      const bool is_some = read_all();
      const std::lock_guard<std::mutex> lock(mutex_);
      if (!is_given_back_ || has_ended_ || (waited.is_for_the_end && !is_some)) {
        caught_up_to_ = std::max(caught_up_to_, waited.asked);
        caught_up_.notify_all();
      }
    }
  }

  bool has_ended() {
    const std::lock_guard<std::mutex> lock(mutex_);
    return has_ended_;
  }

  struct Waited {
    std::int64_t asked = 0;       ///< the number of the last who asks
    bool is_for_the_end = false;  ///< which is near once the streams are given back
  };

  /// Returns when there is something to read or somebody asks. Where another program has the streams their end
  /// does not come, and nobody waits for it for long.
  Waited wait() {
    constexpr int kPatience = 100;  // milliseconds
    Waited waited;
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      waited.is_for_the_end = is_given_back_ && asked_ > caught_up_to_;
    }
    std::array<pollfd, 3> ends{};
    ends[0] = {waited.is_for_the_end ? -1 : waking_end_, POLLIN, 0};
    ends[1] = {sources_[0].captured.reading_end(), POLLIN, 0};
    ends[2] = {sources_[1].captured.reading_end(), POLLIN, 0};
    ::poll(ends.data(), ends.size(), waited.is_for_the_end ? kPatience : -1);
    std::array<char, 64> bytes{};
    while (::read(waking_end_, bytes.data(), bytes.size()) > 0) {
    }
    const std::lock_guard<std::mutex> lock(mutex_);
    waited.asked = asked_;
    return waited;
  }

  /// False if there was nothing.
  bool read_all() {
    constexpr int kMostPieces = 64;  // more than a pipe holds; a program that never pauses is not waited for
    bool is_some = false;
    bool is_end = true;
    for (Source& source : sources_) {
      Reading reading = Reading::Some;
      for (int i = 0; i < kMostPieces && reading == Reading::Some; ++i) {
        reading = source.captured.read(source.piece);
        is_some |= reading == Reading::Some;
        source.text += source.piece;
        tell(source, reading == Reading::End ? source.text.size() : store::whole_characters(source.text));
      }
      is_end &= reading == Reading::End;
    }
    const std::lock_guard<std::mutex> lock(mutex_);
    has_ended_ = is_end;
    return is_some;
  }

  void tell(Source& source, std::size_t size) {
    if (size == 0) {
      return;
    }
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      for (const auto& listener : listeners_) {
        listener.second(source.stream, std::string_view(source.text).substr(0, size));
      }
    }
    source.text.erase(0, size);
  }

  std::array<Source, 2> sources_{Source(STDOUT_FILENO, store::OutputStream::Stdout),
                                 Source(STDERR_FILENO, store::OutputStream::Stderr)};
  int waking_end_ = -1;
  int wake_end_ = -1;
  std::mutex mutex_;
  std::map<std::int64_t, Listener> listeners_;
  std::int64_t asked_ = 0;  ///< so many have called catch_up()
  std::int64_t caught_up_to_ = 0;
  std::condition_variable caught_up_;
  bool is_given_back_ = false;
  bool has_ended_ = false;  ///< the thread, or it is about to
  std::thread thread_;
};

std::int64_t ConsoleCapture::add(Listener listener) {
  const std::lock_guard<std::mutex> lock(changing_);
  flush_console();
  const std::int64_t id = ++last_;
  if (session_ != nullptr) {
    session_->catch_up();
    session_->add(id, std::move(listener));
    return id;
  }
  const auto session = std::make_shared<Session>();
  session->add(id, std::move(listener));
  session->start();
  session_ = session;
  return id;
}

void ConsoleCapture::remove(std::int64_t listener) {
  const std::lock_guard<std::mutex> lock(changing_);
  flush_console();
  const bool is_last = session_->has_one_listener();
  if (is_last) {
    session_->give_back();
  }
  session_->remove(listener);
  if (is_last) {
    session_->end();
    session_.reset();
  }
}

}  // namespace sconce
