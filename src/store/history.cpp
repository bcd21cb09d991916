#include "store/history.h"

#include <algorithm>

#include "store/json_text.h"

namespace sconce::store {
namespace {

void append_key(std::string& out, std::string_view key) {
  append_string(out, key);
  out += ':';
}

}  // namespace

void RowWriter::begin() {
  line_.assign(1, '{');
  cells_.clear();
  depth_ = 1;
}

void RowWriter::key(std::string_view key) {
  if (line_.back() != '{') {
    line_ += ',';
  }
  if (depth_ > 1) {
    append_key(line_, key);
    return;
  }
  if (cells_.size() == keys_.size()) {
    keys_.emplace_back();
  }
  Key& before = keys_[cells_.size()];
  if (before.key != key) {
    before.key = key;
    before.json.clear();
    append_key(before.json, key);
  }
  line_ += before.json;
  cells_.push_back({key, line_.size(), line_.size()});
}

void RowWriter::back_to(const Mark& mark) {
  line_.resize(mark.length);
  cells_.resize(mark.cells);
  depth_ = mark.depth;
}

void RowWriter::done() {
  if (depth_ == 1) {
    cells_.back().end = line_.size();
  }
}

void RowWriter::boolean(bool value) { json(value ? "true" : "false"); }

void RowWriter::integer(std::int64_t value) {
  append_integer(line_, value);
  done();
}

void RowWriter::unsigned_integer(std::uint64_t value) {
  append_unsigned(line_, value);
  done();
}

void RowWriter::number(double value) {
  append_double(line_, value);
  done();
}

void RowWriter::text(std::string_view value) {
  append_string(line_, value);
  done();
}

void RowWriter::json(std::string_view value) {
  line_ += value;
  done();
}

void RowWriter::begin_object() {
  line_ += '{';
  ++depth_;
}

void RowWriter::end_object() {
  line_ += '}';
  --depth_;
  done();
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
  line_ += "}\n";
}

}  // namespace sconce::store
