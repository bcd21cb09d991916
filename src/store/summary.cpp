#include "store/summary.h"

#include "store/buffer.h"
#include "store/json_text.h"

namespace sconce::store {

Summary::Entry& Summary::entry_of(std::string_view key, std::size_t place) {
  if (place == places_.size()) {
    places_.push_back(nullptr);
  }
  Entries::value_type*& known = places_[place];
  if (known == nullptr || known->first != key) {
    auto found = entries_.find(key);
    if (found == entries_.end()) {
      found = entries_.try_emplace(std::string(key)).first;
      observe(key, found->second);
    }
    known = &*found;
  }
  return known->second;
}

/// Begins the statistics that the key's definition wants.
void Summary::observe(std::string_view key, Entry& entry) {
  const MetricDefinition* const metric = metrics_.empty() ? nullptr : metrics_.find(key);
  if (metric == nullptr || metric->summary.empty()) {
    return;
  }
  if (entry.statistics != nullptr) {
    entry.statistics->define(*metric);
  } else {
    entry.statistics = std::make_unique<MetricStatistics>(*metric);
  }
  entry.changed = true;
  changed_ = true;
}

void Summary::define(MetricDefinition metric) {
  metrics_.define(std::move(metric));
  for (auto& [key, entry] : entries_) {
    observe(key, entry);
  }
}

void Summary::update(const RowWriter& row, std::int64_t step) {
  for (std::size_t place = 0; place < row.cells().size(); ++place) {
    const RowWriter::Cell& cell = row.cells()[place];
    Entry& entry = entry_of(cell.key, place);
    if (entry.statistics != nullptr && cell.is_number) {
      entry.statistics->add(row, cell, step);
      entry.changed = true;
      changed_ = true;
    }
    if (!entry.by_hand && step >= entry.step) {
      set(entry, row, cell);
      entry.step = step;
    }
  }
}

void Summary::set(const RowWriter& row) {
  for (const RowWriter::Cell& cell : row.cells()) {
    Entry& entry = entries_[std::string(cell.key)];
    set(entry, row, cell);
    entry.by_hand = true;
  }
}

void Summary::set(Entry& entry, const RowWriter& row, const RowWriter::Cell& cell) {
  clear_buffer(entry.json);
  entry.json += row.value(cell);
  entry.is_non_finite = cell.is_non_finite;
  entry.changed = true;
  changed_ = true;
}

void Summary::mark(bool changed) {
  for (auto& [key, entry] : entries_) {
    entry.changed = changed;
  }
  changed_ = changed;
}

void Summary::mark_lost() {
  mark(true);
  metrics_.mark_lost();
}

std::string Summary::text(std::int64_t runtime_seconds) const {
  std::string out = "{";
  for (const auto& [key, entry] : entries_) {
    if (!entry.is_hidden()) {
      append_string(out, key);
      out += ':' + (entry.is_summarized() ? entry.statistics->json() : entry.json) + ',';
    }
  }
  out += "\"_wandb\":{\"runtime\":" + std::to_string(runtime_seconds) + "}}";
  return out;
}

std::string Summary::record(std::int64_t runtime_seconds) const {
  RecordItems items;
  for (const auto& [key, entry] : entries_) {
    if (!entry.changed || entry.is_hidden()) {
      continue;
    }
    if (!entry.is_summarized()) {
      items.add({key}, entry.is_non_finite ? bare_word(entry.json) : entry.json);
      continue;
    }
    for (const MetricStatistics::Value& value : entry.statistics->values()) {
      items.add({key, value.name}, value.is_non_finite ? bare_word(value.json) : value.json);
    }
  }
  items.add({"_wandb", "runtime"}, std::to_string(runtime_seconds));
  return items.summary_record();
}

}  // namespace sconce::store
