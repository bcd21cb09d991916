#include "run/committer.h"

#include <fmt/format.h>

#include <algorithm>
#include <future>
#include <stdexcept>
#include <utility>

#include "run/quiet_thread.h"
#include "store/layout.h"
#include "values/device_scalar.h"
#include "values/histogram_data.h"

namespace sconce {
namespace {

constexpr std::size_t kBufferSize = std::size_t{64} << 10;
constexpr auto kSummaryInterval = std::chrono::seconds(5);

/// Whether writing the cells waits for nobody.
bool is_ready(const std::vector<Row::Cell>& cells);

struct Ready {
  template <typename Other>
  bool operator()(const Other&) const {
    return true;
  }
  bool operator()(const std::shared_ptr<const DeviceScalar>&) const { return false; }
  bool operator()(const Histogram& histogram) const { return !histogram.data().is_deferred(); }
  bool operator()(const std::shared_ptr<const Row>& nested) const { return is_ready(nested->cells()); }
  bool operator()(const std::shared_ptr<PendingImages>& images) const {
    return std::all_of(images->files.begin(), images->files.end(), [](const auto& file) {
      return file.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
    });
  }
};

bool is_ready(const std::vector<Row::Cell>& cells) {
  return std::all_of(cells.begin(), cells.end(),
                     [](const Row::Cell& cell) { return std::visit(Ready{}, cell.second.storage()); });
}

}  // namespace

Committer::Committer(PendingQueue& queue, store::RunDirectory& directory, std::mutex& store_mutex,
                     DiskHealth& health, Reporter& reporter, ValueHistories* histories,
                     std::chrono::steady_clock::time_point start)
    : queue_(queue),
      directory_(directory),
      store_mutex_(store_mutex),
      health_(health),
      reporter_(reporter),
      histories_(histories),
      start_(start),
      counts_all_rows_(directory.summary().counts_all_rows()),
      last_summary_(std::chrono::steady_clock::now()),
      thread_(quiet_thread([this] { work(); })) {}

Committer::~Committer() { join(); }

void Committer::join() {
  if (thread_.joinable()) {
    thread_.join();
  }
}

void Committer::work() {
  PendingQueue::Rows rows;
  while (queue_.take(rows)) {
    while (!rows.empty()) {
      commit(rows.front());
      written_.splice(written_.end(), rows, rows.begin());
      if (batch_.size() >= kBufferSize) {
        write_lines();
      }
    }
    write_lines();
    write_summary_sometimes();
  }
}

void Committer::commit(const PendingRow& row) {
  if (row.change != nullptr) {
    change(*row.change);
    return;
  }
  if (row.numbers != nullptr) {
    commit_numbers(*row.numbers);
    return;
  }
  if (!is_ready(row.cells)) {
    write_lines();  // earlier rows do not wait for this one's images
  }
  write(row);
  if (histories_ != nullptr && row.step) {
    histories_->add(row.cells, /*has_same_keys=*/false);
  }
  summarize(row);
}

void Committer::commit_numbers(const NumberRows& rows) {
  PendingRow row;
  row.cells = rows.cells();
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const NumberRows::Stamp& stamp = rows.stamp(i);
    row.step = stamp.step;
    row.timestamp = stamp.timestamp;
    row.runtime = stamp.runtime;
    rows.read(i, row.cells);
    write(row);
    if (histories_ != nullptr) {
      histories_->add(row.cells, /*has_same_keys=*/i > 0);
    }
    // The summary need not see what the next row replaces.
    const bool is_superseded = i + 1 < rows.size() && rows.stamp(i + 1).step >= stamp.step;
    if (!is_superseded || counts_all_rows_) {
      summarize(row);
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

void Committer::publish(const std::string& key, const store::StoredImage& image) {
  {
    const std::lock_guard<std::mutex> lock(store_mutex_);
    directory_.publish(key, image, batch_.records);
  }
  store([&] { directory_.write_changed_config(); });
}

void Committer::change(const PendingChange& change) {
  {
    const std::lock_guard<std::mutex> lock(store_mutex_);
    change.apply(directory_, batch_);
    counts_all_rows_ = directory_.summary().counts_all_rows();
  }
  store([&] { directory_.write_changed_config(); });
}

void Committer::write(const PendingRow& row) {
  row_.begin();
  RowEvents events;
  events.stored = [&](const std::string& key, const store::StoredImage& image) { publish(key, image); };
  events.failed = [&](const std::string& key, const std::exception& error) {
    reporter_.lost(key, row.step, error.what());
  };
  write_cells(row_, row.cells, events);
  if (row.step) {
    {
      const std::lock_guard<std::mutex> lock(store_mutex_);
      directory_.complete(row_);
      row_.finish(row.timestamp, row.runtime, *row.step);
      directory_.add(row_, batch_);
    }
    report_if_long(*row.step);
  }
}

void Committer::report_if_long(std::int64_t step) {
  const std::size_t size = row_.line().size() - 1;  // without its newline
  if (size > store::kMostUploaded) {
    reporter_.report(std::runtime_error(
        fmt::format("the row at step {} is {} bytes of JSON, and W&B's client uploads at most {}: it stays in {}",
                    step, size, store::kMostUploaded, store::kHistoryFile)));
  }
}

/// row is the one that row_ holds.
void Committer::summarize(const PendingRow& row) {
  const std::lock_guard<std::mutex> lock(store_mutex_);
  if (row.step) {
    directory_.summarize(row_, *row.step, batch_.records);
    return;
  }
  directory_.summary().set(row_);
}

void Committer::write_lines() {
  if (written_.empty()) {
    return;
  }
  try {
    if (!batch_.empty()) {
      store([&] { directory_.append(batch_); });
    }
    for (const PendingRow& row : written_) {
      rows_in_history_ += history_rows(row);
    }
  } catch (const std::exception& error) {
    for (const PendingRow& row : written_) {
      if (row.step || row.change != nullptr || row.numbers != nullptr) {
        report_lost(reporter_, row, error.what());
      }
    }
  }
  batch_.clear();
  queue_.done(written_);
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
