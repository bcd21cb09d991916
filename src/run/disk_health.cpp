#include "run/disk_health.h"

#include <algorithm>
#include <system_error>
#include <utility>

namespace sconce {
namespace {

/// These say that the name is wrong, or taken, and not that the disk is in trouble.
bool is_final(const std::error_code& code) {
  return code == std::errc::filename_too_long || code == std::errc::invalid_argument ||
         code == std::errc::illegal_byte_sequence || code == std::errc::not_a_directory ||
         code == std::errc::is_a_directory;
}

/// What the error was made with: what() without the system's message.
std::string words_of(const std::filesystem::filesystem_error& error) {
  std::string words = error.std::system_error::what();
  const std::string message = ": " + error.code().message();
  if (words.size() > message.size() &&
      words.compare(words.size() - message.size(), message.size(), message) == 0) {
    words.resize(words.size() - message.size());
  }
  return words;
}

}  // namespace

DiskHealth::DiskHealth(Reporter& reporter, std::function<void()> changed)
    : reporter_(reporter), changed_(std::move(changed)) {}

DiskHealth::Trouble::Trouble(DiskHealth& health) : health_(health) {
  const std::lock_guard<std::mutex> lock(health_.mutex_);
  round_ = health_.retry_round_;
}

DiskHealth::Trouble::~Trouble() {
  if (failing_) {
    const std::lock_guard<std::mutex> lock(health_.mutex_);
    --health_.failing_writes_;
  }
}

bool DiskHealth::Trouble::wait_to_try_again(const std::filesystem::filesystem_error& error) {
  constexpr auto kPause = std::chrono::milliseconds(200);
  if (is_final(error.code())) {
    return false;
  }
  const bool first = !std::exchange(failing_, true);
  std::unique_lock<std::mutex> lock(health_.mutex_);
  if (first && health_.failing_writes_++ == 0) {
    health_.failing_since_ = std::chrono::steady_clock::now();
  }
  health_.failed_round_ = std::max(health_.failed_round_, round_);
  health_.last_words_ = words_of(error);
  health_.last_path_ = error.path1();
  health_.last_code_ = error.code();
  const std::int64_t round = health_.retry_round_;
  lock.unlock();
  if (first) {
    health_.reporter_.report(error);
  }
  health_.changed_();
  lock.lock();
  health_.wake_.wait_for(lock, kPause, [&] { return health_.gave_up_ || health_.retry_round_ != round; });
  round_ = health_.retry_round_;
  return !health_.gave_up_;
}

bool DiskHealth::is_failing() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return failing_writes_ > 0;
}

bool DiskHealth::is_failing_for(std::chrono::steady_clock::duration patience,
                                std::chrono::steady_clock::time_point since) const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return failing_writes_ > 0 && std::chrono::steady_clock::now() - std::max(since, failing_since_) > patience;
}

bool DiskHealth::has_failed_since(std::int64_t round) const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return failed_round_ >= round;
}

void DiskHealth::throw_last_error() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  throw std::filesystem::filesystem_error(last_words_, last_path_, last_code_);
}

std::int64_t DiskHealth::retry_now() {
  const std::lock_guard<std::mutex> lock(mutex_);
  wake_.notify_all();
  return ++retry_round_;
}

void DiskHealth::give_up() {
  const std::lock_guard<std::mutex> lock(mutex_);
  gave_up_ = true;
  wake_.notify_all();
}

}  // namespace sconce
