#include "store/history.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "store/buffer.h"
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
  clear_buffer(line_);
  line_ += '{';
  items_.clear();
  cells_.clear();
  path_.clear();
  items_before_.clear();
  depth_ = 1;
}

void RowWriter::key(std::string_view key) {
  if (line_.back() != '{') {
    line_ += ',';
  }
  const bool is_remembered = depth_ == 1 && cells_.size() < kMostKnown && key.size() <= kLongestKnown;
  known_ = is_remembered ? &known(key) : nullptr;
  if (is_remembered) {
    line_ += known_->json;
  } else {
    append_key(line_, key);
  }
  if (depth_ == 1) {
    cells_.push_back({key, line_.size(), line_.size()});
  }
  path_.resize(depth_ - 1);
  path_.push_back(key);
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
  line_.resize(mark.length);
  cells_.resize(mark.cells);
  items_.cut(mark.items);
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
    items_.add(path_, json);
  }
}

void RowWriter::done(std::size_t begin) {
  add_item(std::string_view(line_).substr(begin));
  end_value();
}

void RowWriter::keep_number(double number) {
  if (depth_ == 1) {
    cells_.back().is_number = true;
    cells_.back().number = number;
  }
}

void RowWriter::boolean(bool value) {
  const std::size_t begin = line_.size();
  line_ += value ? "true" : "false";
  done(begin);
}

void RowWriter::integer(std::int64_t value) {
  const std::size_t begin = line_.size();
  append_integer(line_, value);
  keep_number(static_cast<double>(value));
  done(begin);
}

void RowWriter::unsigned_integer(std::uint64_t value) {
  const std::size_t begin = line_.size();
  append_unsigned(line_, value);
  keep_number(static_cast<double>(value));
  done(begin);
}

void RowWriter::number(double value) {
  const std::size_t begin = line_.size();
  append_double(line_, value);
  keep_number(value);
  if (std::isfinite(value)) {
    done(begin);
    return;
  }
  add_item(bare_word(std::string_view(line_).substr(begin)));
  if (depth_ == 1) {
    cells_.back().is_non_finite = true;
  }
  end_value();
}

void RowWriter::text(std::string_view value) {
  const std::size_t begin = line_.size();
  append_string(line_, value);
  done(begin);
}

void RowWriter::json(const nlohmann::ordered_json& value) {
  line_ += to_text(value);
  items_.add_leaves(path_, value);
  end_value();
}

void RowWriter::copy(std::string_view json, bool is_non_finite) {
  line_ += json;
  add_item(is_non_finite ? bare_word(json) : json);
  cells_.back().is_non_finite = is_non_finite;
  end_value();
}

void RowWriter::begin_object() {
  line_ += '{';
  ++depth_;
  items_before_.push_back(items_.size());
}

void RowWriter::end_object() {
  line_ += '}';
  --depth_;
  if (items_before_.empty()) {  // the row itself
    return;
  }
  path_.resize(depth_);
  if (items_.size() == items_before_.back()) {
    items_.add(path_, "{}");
  }
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
  line_ += "}\n";
  items_.history_record(step, record_);
}

}  // namespace sconce::store
