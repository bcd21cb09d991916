#include "store/history.h"

#include <algorithm>

#include "store/json_text.h"

namespace sconce::store {

void RowWriter::begin() {
  line_.assign(1, '{');
  cells_.clear();
  depth_ = 1;
}

void RowWriter::key(std::string_view key) {
  if (line_.back() != '{') {
    line_ += ',';
  }
  append_string(line_, key);
  line_ += ':';
  if (depth_ == 1) {
    cells_.push_back({key, line_.size(), line_.size()});
  }
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
