#include "store/history.h"

#include <algorithm>

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
  cells_.clear();
  depth_ = 1;
}

void RowWriter::key(std::string_view key) {
  if (line_.back() != '{') {
    line_ += ',';
  }
  if (depth_ == 1 && cells_.size() < kMostKnown && key.size() <= kLongestKnown) {
    line_ += known_json(key);
  } else {
    append_key(line_, key);
  }
  if (depth_ == 1) {
    cells_.push_back({key, line_.size(), line_.size()});
  }
}

const std::string& RowWriter::known_json(std::string_view key) {
  const std::size_t place = cells_.size();
  if (keys_.size() <= place) {
    keys_.resize(place + 1);
  }
  Key& known = keys_[place];
  if (known.key != key) {
    known.key = key;
    known.json.clear();
    append_key(known.json, key);
  }
  return known.json;
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
