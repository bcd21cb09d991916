#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sconce/metric_summary.h"
#include "store/history.h"

namespace sconce::store {

/// What is said of a metric: of the key `name`, or, if that ends in '*', of the keys that begin as it does.
struct MetricDefinition {
  std::string name;
  std::string step_metric;
  std::optional<bool> step_sync;
  std::optional<bool> hidden;
  std::vector<MetricSummary> summary;
  std::optional<MetricGoal> goal;
  bool is_expanded = false;  ///< it says of one key what a definition with '*' said

  bool is_glob() const { return !name.empty() && name.back() == '*'; }
  bool syncs_steps() const { return !step_metric.empty() && step_sync.value_or(true); }
};

/// The record of the transaction log, and what such a record's message says.
std::string metric_record(const MetricDefinition& metric);
MetricDefinition read_metric(std::string_view message);

/// All definitions of a run. Not thread-safe.
class Metrics {
 public:
  /// What `metric` leaves unset stays as it was.
  void define(MetricDefinition metric);
  /// The definition for a key, or null. A key that only a definition with '*' names gets one of its own: older
  /// clients know no other.
  const MetricDefinition* find(std::string_view key);
  /// Records of what is new since the last call.
  std::vector<std::string> take_records();
  /// All records are gone: the next take_records() returns those of all definitions.
  void mark_lost();

  bool empty() const noexcept { return metrics_.empty(); }
  /// Remembers the values of step metrics in a row.
  void remember_steps(const RowWriter& row);
  /// The same of a row that is not finished, which gets those that it lacks.
  void complete(RowWriter& row);

 private:
  struct Entry {
    MetricDefinition definition;
    bool is_written = false;
  };
  struct StepValue {
    std::string json;
    bool is_non_finite = false;
  };

  Entry& put(MetricDefinition metric);

  std::map<std::string, Entry, std::less<>> metrics_;
  std::map<std::string, StepValue, std::less<>> step_values_;  ///< of the keys that are step metrics
};

}  // namespace sconce::store
