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
  if (!find_columns(cells)) {
    find_columns(cells);
  }
  find_next_due();
}

/// False if a history was dropped, which a column may have had. Not twice for the same cells: what they bring is
/// there or refused.
bool ValueHistories::find_columns(const std::vector<Row::Cell>& cells) {
  has_dropped_ = false;
  columns_.clear();
  for (std::size_t place = 0; place < cells.size(); ++place) {
    const auto& [key, value] = cells[place];
    if (std::visit(IsNumber{}, value.storage())) {
      if (terminal::ValueHistory* const history = history_of(key, place)) {
        columns_.push_back({place, history});
      }
    }
  }
  return !has_dropped_;
}

terminal::ValueHistory* ValueHistories::history_of(const std::string& key, std::size_t place) {
  constexpr std::size_t kMostKnown = 100;
  if (place < known_.size() && known_[place].key == key) {
    return known_[place].history;
  }
  terminal::ValueHistory* const history = find_or_add(key);
  if (place < kMostKnown) {
    known_.resize(std::max(known_.size(), place + 1));
    known_[place].key = key;
    known_[place].history = history;
  }
  return history;
}

/// Null for a key that comes behind all that are shown. One that has left never comes back: all that stay are
/// before it.
terminal::ValueHistory* ValueHistories::find_or_add(const std::string& key) {
  const auto found = histories_.find(key);
  if (found != histories_.end()) {
    return &found->second;
  }
  if (key.front() == '_') {
    return nullptr;
  }
  if (histories_.size() == terminal::RunReport::kMostKeys) {
    is_partial_ = true;
    const auto last = std::prev(histories_.end());
    if (last->first < key) {
      return nullptr;
    }
    histories_.erase(last);
    known_.clear();
    has_dropped_ = true;
  }
  return &histories_[key];
}

void ValueHistories::find_next_due() {
  passed_ = 0;
  due_ = std::numeric_limits<std::int64_t>::max();
  for (const Column& column : columns_) {
    due_ = std::min(due_, column.history->due());
  }
}

}  // namespace sconce
