#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "store/history.h"

namespace sconce::store {

/// The last value of every key, by the row's step and not by the order of arrival: a late row fills gaps and
/// replaces nothing newer. A value that was set by hand stays. Not thread-safe.
class Summary {
 public:
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
  void mark_written() { mark(false); }
  /// The records are gone: the next one is of all.
  void mark_lost() { mark(true); }

 private:
  static constexpr std::int64_t kNoStep = std::numeric_limits<std::int64_t>::min();

  struct Entry {
    std::string json;
    std::int64_t step = kNoStep;
    bool by_hand = false;
    bool is_non_finite = false;
    bool changed = false;  ///< since it was written
  };

  using Entries = std::map<std::string, Entry, std::less<>>;

  void mark(bool changed);
  void set(Entry& entry, const RowWriter& row, const RowWriter::Cell& cell);
  Entry& entry_of(std::string_view key, std::size_t place);

  Entries entries_;
  std::vector<Entries::value_type*> places_;  ///< of the row before: the next one mostly has the same keys
  bool changed_ = true;
};

}  // namespace sconce::store
