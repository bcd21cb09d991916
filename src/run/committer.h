#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <string>
#include <thread>

#include "run/disk_health.h"
#include "run/pending_queue.h"
#include "run/reporter.h"
#include "run/row_json.h"
#include "run/value_histories.h"
#include "store/run_directory.h"

namespace sconce {

/// The one thread that writes rows, in the order they came. It waits for a row's images, so that no row names a
/// file that is not there, and hands lines to the system when the queue runs dry or a buffer is full.
class Committer {
 public:
  /// store_mutex guards what is not thread-safe in directory. histories, if somebody wants them, get the rows'
  /// values. start: when the run began.
  Committer(PendingQueue& queue, store::RunDirectory& directory, std::mutex& store_mutex, DiskHealth& health,
            Reporter& reporter, ValueHistories* histories, std::chrono::steady_clock::time_point start);
  ~Committer();
  Committer(const Committer&) = delete;
  Committer& operator=(const Committer&) = delete;

  /// Returns after the queue was closed and its last row is done.
  void join();
  /// Rows that are in the history; to be asked after join().
  std::int64_t rows() const noexcept { return rows_in_history_; }

 private:
  void work();
  void publish(const std::string& key, const store::StoredImage& image);
  void change(const PendingChange& change);
  void commit(const PendingRow& row);
  void commit_numbers(const NumberRows& rows);
  void write(const PendingRow& row);
  void report_if_long(std::int64_t step);
  void summarize(const PendingRow& row);
  void write_lines();
  void write_summary_sometimes();
  template <typename Write>
  void store(const Write& write);

  PendingQueue& queue_;
  store::RunDirectory& directory_;
  std::mutex& store_mutex_;
  DiskHealth& health_;
  Reporter& reporter_;
  ValueHistories* const histories_;
  const std::chrono::steady_clock::time_point start_;

  store::RowWriter row_;
  store::Batch batch_;
  PendingQueue::Rows written_;  ///< rows that are in batch_
  bool counts_all_rows_;        ///< the summary has statistics, which may miss none
  std::int64_t rows_in_history_ = 0;
  std::chrono::steady_clock::time_point last_summary_;
  std::thread thread_;
};

}  // namespace sconce
