#include "run/committer.h"

#include <algorithm>
#include <future>
#include <utility>

#include "run/quiet_thread.h"

namespace sconce {
namespace {

constexpr std::size_t kBufferSize = std::size_t{64} << 10;
constexpr auto kSummaryInterval = std::chrono::seconds(5);

/// The row can be written without waiting.
bool is_ready(const std::vector<PendingCell>& cells);

struct Ready {
  bool operator()(const Value& value) const {
    return !std::holds_alternative<std::shared_ptr<const DeviceScalar>>(value.storage()) &&
           !std::holds_alternative<Histogram>(value.storage());
  }
  bool operator()(const PendingValue::OneImage& image) const {
    return image.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
  }
  bool operator()(const PendingValue::ManyImages& images) const {
    return std::all_of(images.begin(), images.end(), *this);
  }
  bool operator()(const std::vector<PendingCell>& cells) const { return is_ready(cells); }
};

bool is_ready(const std::vector<PendingCell>& cells) {
  return std::all_of(cells.begin(), cells.end(),
                     [](const PendingCell& cell) { return std::visit(Ready{}, cell.value.content); });
}

}  // namespace

Committer::Committer(PendingQueue& queue, store::RunDirectory& directory, std::mutex& store_mutex,
                     DiskHealth& health, Reporter& reporter, std::chrono::steady_clock::time_point start)
    : queue_(queue),
      directory_(directory),
      store_mutex_(store_mutex),
      health_(health),
      reporter_(reporter),
      start_(start),
      last_summary_(start),
      thread_(quiet_thread([this] { work(); })) {}

Committer::~Committer() { join(); }

void Committer::join() {
  if (thread_.joinable()) {
    thread_.join();
  }
}

void Committer::work() {
  while (std::optional<PendingRow> row = queue_.pop()) {
    if (!is_ready(row->cells)) {
      write_lines();  // earlier rows do not wait for this one's images
    }
    commit(*row);
    if (lines_.size() >= kBufferSize || queue_.empty()) {
      write_lines();
      write_summary_sometimes();
    }
  }
}

/// Retries while that can help, and lets others at the directory in between.
template <typename Write>
void Committer::store(const Write& write) {
  health_.retry([&] {
    const std::lock_guard<std::mutex> lock(store_mutex_);
    write();
  });
}

void Committer::commit(PendingRow& row) {
  row_.begin();
  RowEvents events;
  events.stored = [&](const std::string& key, const store::StoredImage& image) {
    store([&] { directory_.publish_class_names(key, image); });
  };
  events.failed = [&](const std::string& key, const std::exception& error) {
    reporter_.lost(key, row.step, error.what());
  };
  write_cells(row_, row.cells, events);
  if (row.step) {
    commit_row(row);
  } else {
    commit_summary(row);
  }
}

void Committer::commit_row(const PendingRow& row) {
  row_.finish(row.timestamp, row.runtime, *row.step);
  lines_ += row_.line();
  written_.push_back({row.cells.empty() ? std::string("_step") : row.cells.front().key, *row.step, row.bytes});
  const std::lock_guard<std::mutex> lock(store_mutex_);
  directory_.summary().update(row_, *row.step);
}

void Committer::commit_summary(const PendingRow& row) {
  {
    const std::lock_guard<std::mutex> lock(store_mutex_);
    for (const store::RowWriter::Cell& cell : row_.cells()) {
      directory_.summary().set(cell.key, row_.value(cell));
    }
  }
  queue_.remove_bytes(row.bytes);
  queue_.done(1);
}

void Committer::write_lines() {
  if (written_.empty()) {
    return;
  }
  try {
    store([&] { directory_.append_rows(lines_); });
  } catch (const std::exception& error) {
    for (const Written& row : written_) {
      reporter_.lost(row.name, row.step, error.what());
    }
  }
  std::int64_t bytes = 0;
  for (const Written& row : written_) {
    bytes += row.bytes;
  }
  queue_.remove_bytes(bytes);
  queue_.done(static_cast<std::int64_t>(written_.size()));
  lines_.clear();
  written_.clear();
}

/// A crash may cost the summary's last seconds; flush() and finish() write it in any case.
void Committer::write_summary_sometimes() {
  const auto now = std::chrono::steady_clock::now();
  if (now - last_summary_ < kSummaryInterval) {
    return;
  }
  last_summary_ = now;
  const std::lock_guard<std::mutex> lock(store_mutex_);
  if (directory_.summary().changed()) {
    try {
      directory_.write_summary(std::chrono::duration_cast<std::chrono::seconds>(now - start_).count());
    } catch (const std::exception& error) {
      reporter_.report(error);
    }
  }
}

}  // namespace sconce
