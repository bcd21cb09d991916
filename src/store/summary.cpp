#include "store/summary.h"

#include "store/json_text.h"

namespace sconce::store {

void Summary::update(const RowWriter& row, std::int64_t step) {
  for (const RowWriter::Cell& cell : row.cells()) {
    const auto found = entries_.find(cell.key);
    Entry& entry =
        found != entries_.end() ? found->second : entries_.try_emplace(std::string(cell.key)).first->second;
    if (!entry.by_hand && (found == entries_.end() || step >= entry.step)) {
      entry.json = row.value(cell);
      entry.step = step;
      changed_ = true;
    }
  }
}

void Summary::set(std::string_view key, std::string_view json) {
  Entry& entry = entries_[std::string(key)];
  entry.json = json;
  entry.by_hand = true;
  changed_ = true;
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

}  // namespace sconce::store
