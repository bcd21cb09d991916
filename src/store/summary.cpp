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
    }
    known = &*found;
  }
  return known->second;
}

void Summary::update(const RowWriter& row, std::int64_t step) {
  for (std::size_t place = 0; place < row.cells().size(); ++place) {
    const RowWriter::Cell& cell = row.cells()[place];
    Entry& entry = entry_of(cell.key, place);
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

std::string Summary::text(std::int64_t runtime_seconds) const {
  std::string out = "{";
  for (const auto& [key, entry] : entries_) {
    append_string(out, key);
    out += ':' + entry.json + ',';
  }
  out += "\"_wandb\":{\"runtime\":" + std::to_string(runtime_seconds) + "}}";
  return out;
}

std::string Summary::record(std::int64_t runtime_seconds) const {
  RecordItems items;
  for (const auto& [key, entry] : entries_) {
    if (entry.changed) {
      items.add({key}, entry.is_non_finite ? bare_word(entry.json) : entry.json);
    }
  }
  items.add({"_wandb", "runtime"}, std::to_string(runtime_seconds));
  return items.summary_record();
}

}  // namespace sconce::store
