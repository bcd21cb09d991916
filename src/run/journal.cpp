#include "run/journal.h"

#include <fmt/format.h>

#include <memory>
#include <string>
#include <utility>

#include "run/unix_time.h"
#include "store/batch.h"

namespace sconce {
namespace {

constexpr const char* kNoRoom = "the disk is slower than what came";

}  // namespace

void Journal::add_metrics(const system::Metrics& metrics) {
  if (metrics.empty()) {
    return;
  }
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (!has_room()) {
      ++lost_samples_;
      return;
    }
  }
  store::Batch batch;
  const auto runtime = std::chrono::steady_clock::now() - start_;
  batch.add_metrics(unix_seconds(), std::chrono::duration<double>(runtime).count(), metrics);
  add("system metrics", std::move(batch));
}

/// Called on the thread that the console's text passes through: it may not write there itself, and waits for a
/// full disk only once.
void Journal::add_output(store::OutputStream stream, std::string_view text) {
  constexpr auto kPatience = std::chrono::seconds(1);
  std::int64_t missing = 0;
  {
    std::unique_lock<std::mutex> lock(mutex_);
    is_patient_ = is_patient_ ? room_.wait_for(lock, kPatience, [this] { return has_room(); }) : has_room();
    if (!is_patient_) {
      lost_output_ += static_cast<std::int64_t>(text.size());
      unsaid_ += static_cast<std::int64_t>(text.size());
      return;
    }
    missing = std::exchange(unsaid_, 0);
  }
  store::Batch batch;
  const double now = unix_seconds();
  if (missing > 0) {
    batch.add_output(store::OutputStream::Stderr, now,
                     fmt::format("\nsconce: {} bytes of output are missing here\n", missing));
  }
  batch.add_output(stream, now, text);
  add("output of the console", std::move(batch));
}

void Journal::add(const char* name, store::Batch batch) {
  constexpr std::size_t kOverhead = 1024;
  const auto bytes = static_cast<std::int64_t>(2 * batch.size() + kOverhead);  // the log has the text again
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    waiting_ += bytes;
  }
  // Its bytes wait no longer once the committer has it, or when it is gone, whatever becomes of it.
  std::shared_ptr<void> place(nullptr, [this, bytes](void*) { taken(bytes); });
  PendingRow row;
  row.change = std::make_unique<PendingChange>();
  row.change->what = name;
  row.change->apply = [batch = std::move(batch), place = std::move(place)](store::RunDirectory&,
                                                                           store::Batch& all) mutable {
    all.add(batch);
    place.reset();
  };
  queue_.push(std::move(row));
}

void Journal::taken(std::int64_t bytes) {
  const std::lock_guard<std::mutex> lock(mutex_);
  waiting_ -= bytes;
  room_.notify_all();
}

void Journal::report_losses(Reporter& reporter) {
  std::unique_lock<std::mutex> lock(mutex_);
  const std::int64_t bytes = std::exchange(lost_output_, 0);
  const std::int64_t samples = std::exchange(lost_samples_, 0);
  lock.unlock();
  if (bytes > 0) {
    reporter.lost(fmt::format("output of the console, {} bytes,", bytes), kNoRoom);
  }
  if (samples > 0) {
    reporter.lost(fmt::format("system metrics, {} samples,", samples), kNoRoom);
  }
}

}  // namespace sconce
