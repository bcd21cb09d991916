#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "store/history.h"
#include "store/metrics.h"

namespace sconce::store {

/// The numbers of one metric as its definition wants them in the summary.
class MetricStatistics {
 public:
  explicit MetricStatistics(const MetricDefinition& metric) { define(metric); }

  /// What the summary shows of the numbers, those that came before too.
  void define(const MetricDefinition& metric);

  void add(const RowWriter& row, const RowWriter::Cell& cell, std::int64_t step);
  bool empty() const noexcept { return is_empty_; }
  bool is_hidden() const;  ///< MetricSummary::None

  struct Value {
    std::string_view name;  ///< "min"
    std::string json;
    bool is_non_finite = false;
  };
  std::vector<Value> values() const;
  /// {"min":0.25,"max":1.0}
  std::string json() const;

 private:
  struct Extreme {
    double number = 0;
    std::string json;  ///< as it was logged: an integer stays one
  };
  struct End {
    std::int64_t step = 0;
    std::string json;
    bool is_non_finite = false;
  };
  Value value_of(MetricSummary kind) const;

  std::vector<MetricSummary> kinds_;
  std::optional<MetricGoal> goal_;
  bool is_empty_ = true;
  Extreme min_;
  Extreme max_;
  End first_;
  End last_;
  double sum_ = 0;
  std::int64_t count_ = 0;  ///< of numbers that are no NaN
};

}  // namespace sconce::store
