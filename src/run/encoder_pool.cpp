#include "run/encoder_pool.h"

#include <utility>

#include "run/quiet_thread.h"

namespace sconce {

EncoderPool::EncoderPool(std::int64_t threads) {
  try {
    for (std::int64_t i = 0; i < threads; ++i) {
      threads_.push_back(quiet_thread([this] { work(); }));
    }
  } catch (...) {  // the system has no more: the others must end before they are destroyed
    close();
    throw;
  }
}

EncoderPool::~EncoderPool() { close(); }

void EncoderPool::submit(std::function<void()> task) {
  const std::lock_guard<std::mutex> lock(mutex_);
  tasks_.push_back(std::move(task));
  idle_.notify();
}

std::int64_t EncoderPool::waiting() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return static_cast<std::int64_t>(tasks_.size()) + begun_;
}

void EncoderPool::hurry() {
  const std::lock_guard<std::mutex> lock(mutex_);
  idle_.hurry();
}

void EncoderPool::close() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    closed_ = true;
    idle_.wake_all();
  }
  for (std::thread& thread : threads_) {
    thread.join();
  }
  threads_.clear();
}

void EncoderPool::work() {
  std::unique_lock<std::mutex> lock(mutex_);
  for (;;) {
    idle_.wait(lock, [this] { return closed_ || !tasks_.empty(); });
    if (tasks_.empty()) {
      return;
    }
    std::function<void()> task = std::move(tasks_.front());
    tasks_.pop_front();
    ++begun_;
    if (!tasks_.empty()) {
      idle_.notify();  // several came while one thread was napping
    }
    lock.unlock();
    task();
    task = nullptr;  // what it holds is freed outside the lock
    lock.lock();
    --begun_;
  }
}

}  // namespace sconce
