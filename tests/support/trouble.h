#pragma once

#include <chrono>
#include <exception>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace sconce::test {

/// What on_error heard.
class Trouble {
 public:
  std::function<void(const std::exception&)> handler() {
    return [this](const std::exception& error) {
      const std::lock_guard<std::mutex> lock(mutex_);
      errors_.push_back(error.what());
    };
  }
  /// How many errors hold the word.
  std::size_t count(const std::string& word) const {
    const std::lock_guard<std::mutex> lock(mutex_);
    std::size_t count = 0;
    for (const std::string& error : errors_) {
      count += error.find(word) != std::string::npos ? 1 : 0;
    }
    return count;
  }
  /// Waits for an error that holds the word; false if none comes in ten seconds.
  bool wait_for(const std::string& word) const {
    for (int i = 0; i < 1000 && count(word) == 0; ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return count(word) > 0;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> errors_;
};

}  // namespace sconce::test
