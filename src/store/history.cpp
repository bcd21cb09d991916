#include "store/history.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "store/json_text.h"

namespace sconce::store {
namespace {

constexpr std::size_t kMostKnown = 1000;  ///< keys whose text is remembered
constexpr std::size_t kLongestKnown = 256;

void append_key(std::string& out, std::string_view key) {
  append_string(out, key);
  out += ':';
}

}  // namespace

void RowWriter::begin() {
  line_.clear();
  line_.append('{');
  items_.clear();
  cells_.clear();
  path_.clear();
  items_before_.clear();
  depth_ = 1;
}

void RowWriter::key(std::string_view key) {
  if (line_.view().back() != '{') {
    line_.append(',');
  }
  key_ = key;
  const bool is_remembered = depth_ == 1 && cells_.size() < kMostKnown && key.size() <= kLongestKnown;
  known_ = is_remembered ? &known(key) : nullptr;
  if (is_remembered) {
    line_.append(known_->json);
  } else {
    clear_buffer(text_);
    append_key(text_, key);
    line_.append(text_);
  }
  if (depth_ == 1) {
    cells_.push_back({key, line_.size(), line_.size()});
  }
}

const RowWriter::Key& RowWriter::known(std::string_view key) {
  const std::size_t place = cells_.size();
  if (keys_.size() <= place) {
    keys_.resize(place + 1);
  }
  Key& known = keys_[place];
  if (known.key != key) {
    known.key = key;
    known.json.clear();
    append_key(known.json, key);
    known.item = item_beginning(key);
  }
  return known;
}

void RowWriter::back_to(const Mark& mark) {
  line_.cut(mark.length);
  cells_.resize(mark.cells);
  items_.cut(mark.items);
  path_.resize(mark.depth - 1);
  items_before_.resize(mark.depth - 1);
  depth_ = mark.depth;
}

void RowWriter::end_value() {
  if (depth_ == 1) {
    cells_.back().end = line_.size();
  }
}

void RowWriter::add_item(std::string_view json) {
  if (known_ != nullptr) {
    items_.add_to(known_->item, json);
  } else {
    path_.push_back(key_);
    items_.add(path_, json);
    path_.pop_back();
  }
}

void RowWriter::add_value(std::string_view json) {
  line_.append(json);
  add_item(json);
  end_value();
}

void RowWriter::keep_number(double number) {
  if (depth_ == 1) {
    cells_.back().is_number = true;
    cells_.back().number = number;
  }
}

void RowWriter::boolean(bool value) { add_value(value ? "true" : "false"); }

void RowWriter::integer(std::int64_t value) {
  clear_buffer(text_);
  append_integer(text_, value);
  keep_number(static_cast<double>(value));
  add_value(text_);
}

void RowWriter::unsigned_integer(std::uint64_t value) {
  clear_buffer(text_);
  append_unsigned(text_, value);
  keep_number(static_cast<double>(value));
  add_value(text_);
}

void RowWriter::number(double value) {
  const std::size_t begin = line_.size();
  line_.grow(write_double(line_.room(kLongestDouble), value));
  keep_number(value);
  const std::string_view json = line_.view().substr(begin);
  const bool is_non_finite = !std::isfinite(value);
  add_item(is_non_finite ? bare_word(json) : json);
  if (depth_ == 1) {
    cells_.back().is_non_finite = is_non_finite;
  }
  end_value();
}

void RowWriter::text(std::string_view value) {
  clear_buffer(text_);
  append_string(text_, value);
  add_value(text_);
}

void RowWriter::json(const nlohmann::ordered_json& value) {
  line_.append(to_text(value));
  path_.push_back(key_);
  items_.add_leaves(path_, value);
  path_.pop_back();
  end_value();
}

void RowWriter::copy(std::string_view json, bool is_non_finite) {
  line_.append(json);
  add_item(is_non_finite ? bare_word(json) : json);
  cells_.back().is_non_finite = is_non_finite;
  end_value();
}

void RowWriter::begin_object() {
  line_.append('{');
  ++depth_;
  path_.push_back(key_);
  items_before_.push_back(items_.size());
}

void RowWriter::end_object() {
  line_.append('}');
  --depth_;
  if (items_before_.empty()) {  // the row itself
    return;
  }
  if (items_.size() == items_before_.back()) {
    items_.add(path_, "{}");
  }
  path_.pop_back();
  items_before_.pop_back();
  end_value();
}

bool RowWriter::has(std::string_view key) const {
  return std::any_of(cells_.begin(), cells_.end(), [&](const Cell& cell) { return cell.key == key; });
}

void RowWriter::finish(double timestamp, double runtime, std::int64_t step) {
  if (!has("_timestamp")) {
    key("_timestamp");
    number(timestamp);
  }
  if (!has("_runtime")) {
    key("_runtime");
    number(runtime);
  }
  key("_step");
  integer(step);
  step_ = step;
  line_.append("}\n");
  items_.history_record(step, record_);
}

}  // namespace sconce::store
