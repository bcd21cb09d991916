#include "run/value_histories.h"

#include <algorithm>
#include <iterator>
#include <memory>
#include <optional>
#include <variant>

#include "terminal/run_report.h"
#include "values/device_scalar.h"

namespace sconce {
namespace {

constexpr double kNoNumber = std::numeric_limits<double>::quiet_NaN();

struct IsNumber {
  template <typename Other>
  bool operator()(const Other&) const {
    return false;
  }
  bool operator()(double) const { return true; }
  bool operator()(std::int64_t) const { return true; }
  bool operator()(std::uint64_t) const { return true; }
  bool operator()(const std::shared_ptr<const DeviceScalar>&) const { return true; }
};

struct Number {
  template <typename Other>
  double operator()(const Other&) const {
    return kNoNumber;
  }
  double operator()(double value) const { return value; }
  double operator()(std::int64_t value) const { return static_cast<double>(value); }
  double operator()(std::uint64_t value) const { return static_cast<double>(value); }
  double operator()(const std::shared_ptr<const DeviceScalar>& value) const {
    try {
      return std::visit(Number{}, value->get().storage());
    } catch (const std::exception&) {  // the row is without it, too, and that was told
      return kNoNumber;
    }
  }
};

}  // namespace

void ValueHistories::add(const std::vector<Row::Cell>& cells, bool has_same_keys) {
  if (!has_same_keys) {
    begin_columns(cells);
  }
  if (++passed_ < due_) {
    return;
  }
  for (const Column& column : columns_) {
    if (column.history->due() <= passed_) {
      column.history->keep(std::visit(Number{}, cells[column.place].second.storage()));
    } else {
      column.history->pass(passed_);
    }
  }
  find_next_due();
}

void ValueHistories::begin_columns(const std::vector<Row::Cell>& cells) {
  for (const Column& column : columns_) {
    column.history->pass(passed_);
  }
  columns_.clear();
  for (const auto& [key, value] : cells) {
    if (key.front() != '_' && std::visit(IsNumber{}, value.storage()) && make_room_for(key)) {
      histories_.try_emplace(key);
    }
  }
  for (std::size_t place = 0; place < cells.size(); ++place) {
    if (std::visit(IsNumber{}, cells[place].second.storage())) {
      const auto found = histories_.find(cells[place].first);
      if (found != histories_.end()) {
        columns_.push_back({place, &found->second});
      }
    }
  }
  find_next_due();
}

/// False if key comes behind all that are shown. One that has left never comes back: all that stay are before it.
bool ValueHistories::make_room_for(const std::string& key) {
  if (histories_.size() < terminal::RunReport::kMostKeys || histories_.find(key) != histories_.end()) {
    return true;
  }
  is_partial_ = true;
  const auto last = std::prev(histories_.end());
  if (last->first < key) {
    return false;
  }
  histories_.erase(last);
  return true;
}

void ValueHistories::find_next_due() {
  passed_ = 0;
  due_ = std::numeric_limits<std::int64_t>::max();
  for (const Column& column : columns_) {
    due_ = std::min(due_, column.history->due());
  }
}

}  // namespace sconce
