#include "store/metric_statistics.h"

#include <algorithm>
#include <cmath>

#include "store/json_text.h"

namespace sconce::store {

void MetricStatistics::define(const MetricDefinition& metric) {
  kinds_ = metric.summary;
  goal_ = metric.goal;
}

void MetricStatistics::add(const RowWriter& row, const RowWriter::Cell& cell, std::int64_t step) {
  const std::string_view json = row.value(cell);
  const bool is_first_number = is_empty_;
  is_empty_ = false;
  if (is_first_number || step < first_.step) {
    first_ = {step, std::string(json), cell.is_non_finite};
  }
  if (is_first_number || step >= last_.step) {
    last_ = {step, std::string(json), cell.is_non_finite};
  }
  if (std::isnan(cell.number)) {
    return;
  }
  if (count_ == 0 || cell.number < min_.number) {
    min_ = {cell.number, std::string(json)};
  }
  if (count_ == 0 || cell.number > max_.number) {
    max_ = {cell.number, std::string(json)};
  }
  sum_ += cell.number;
  ++count_;
}

bool MetricStatistics::is_hidden() const {
  return std::find(kinds_.begin(), kinds_.end(), MetricSummary::None) != kinds_.end();
}

MetricStatistics::Value MetricStatistics::value_of(MetricSummary kind) const {
  const auto number = [](std::string_view name, double value) {
    std::string json;
    append_double(json, value);
    return Value{name, json, !std::isfinite(value)};
  };
  const auto extreme = [&](std::string_view name, const Extreme& value) {
    return count_ == 0 ? number(name, std::nan("")) : Value{name, value.json, !std::isfinite(value.number)};
  };
  switch (kind) {
    case MetricSummary::Min:
      return extreme("min", min_);
    case MetricSummary::Max:
      return extreme("max", max_);
    case MetricSummary::Best:
      return extreme("best", goal_ == MetricGoal::Maximize ? max_ : min_);
    case MetricSummary::Mean:
      return number("mean", count_ == 0 ? std::nan("") : sum_ / static_cast<double>(count_));
    case MetricSummary::First:
      return {"first", first_.json, first_.is_non_finite};
    default:
      return {"last", last_.json, last_.is_non_finite};
  }
}

std::vector<MetricStatistics::Value> MetricStatistics::values() const {
  std::vector<Value> values;
  values.reserve(kinds_.size());
  for (const MetricSummary kind : kinds_) {
    if (kind != MetricSummary::None) {
      values.push_back(value_of(kind));
    }
  }
  return values;
}

std::string MetricStatistics::json() const {
  std::string out;
  for (const Value& value : values()) {
    out += (out.empty() ? "{\"" : ",\"") + std::string(value.name) + "\":" + value.json;
  }
  return out + "}";
}

}  // namespace sconce::store
