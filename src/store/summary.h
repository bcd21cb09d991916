#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "store/history.h"
#include "store/metric_statistics.h"
#include "store/metrics.h"

namespace sconce::store {

/// The last value of every key, by the row's step and not by the order of arrival: a late row fills gaps and
/// replaces nothing newer. A value that was set by hand stays. Numbers of a metric that was defined with a summary
/// become what that says. Not thread-safe.
class Summary {
 public:
  /// From now on; what was logged before counts only as the last value.
  void define(MetricDefinition metric);
  /// Takes over the cells of a finished row.
  void update(const RowWriter& row, std::int64_t step);
  /// Sets the keys of a row's cells for good.
  void set(const RowWriter& row);
  /// wandb-summary.json: the keys and `_wandb`, with the run's whole seconds.
  std::string text(std::int64_t runtime_seconds) const;
  /// What changed since mark_written(), as a record of the transaction log.
  std::string record(std::int64_t runtime_seconds) const;
  /// Calls visit(key, JSON value, whether a row brought it) for every key, in their order.
  template <typename Visit>
  void for_each(const Visit& visit) const {
    for (const auto& [key, entry] : entries_) {
      visit(key, entry.json, entry.step != kNoStep);
    }
  }
  bool changed() const noexcept { return changed_; }
  /// A row may be left out of update() if a later one has its keys, unless there are statistics.
  bool counts_all_rows() const noexcept { return !metrics_.empty(); }
  void mark_written() { mark(false); }
  /// The records are gone: the next one is of all.
  void mark_lost();

  Metrics& metrics() noexcept { return metrics_; }
  bool has(std::string_view key) const { return entries_.find(key) != entries_.end(); }

 private:
  static constexpr std::int64_t kNoStep = std::numeric_limits<std::int64_t>::min();

  struct Entry {
    std::string json;
    std::int64_t step = kNoStep;
    bool by_hand = false;
    bool is_non_finite = false;
    bool changed = false;  ///< since it was written
    std::unique_ptr<MetricStatistics> statistics;

    bool is_summarized() const { return statistics != nullptr && !by_hand && !statistics->empty(); }
    bool is_hidden() const { return is_summarized() && statistics->is_hidden(); }
  };

  using Entries = std::map<std::string, Entry, std::less<>>;

  void mark(bool changed);
  void set(Entry& entry, const RowWriter& row, const RowWriter::Cell& cell);
  Entry& entry_of(std::string_view key, std::size_t place);
  void observe(std::string_view key, Entry& entry);

  Metrics metrics_;
  Entries entries_;
  std::vector<Entries::value_type*> places_;  ///< of the row before: the next one mostly has the same keys
  bool changed_ = true;
};

}  // namespace sconce::store
