#include "store/history_reader.h"

#include <limits>

namespace sconce::store {
namespace {

using nlohmann::ordered_json;

/// A NaN and a text that says so look alike; hardly anybody logs the text.
void write_value(RowWriter& writer, const ordered_json& value) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  if (value.is_number_float()) {
    writer.number(value.get<double>());
  } else if (value.is_number_unsigned()) {
    writer.unsigned_integer(value.get<std::uint64_t>());
  } else if (value.is_number()) {
    writer.integer(value.get<std::int64_t>());
  } else if (value == "NaN") {
    writer.number(std::numeric_limits<double>::quiet_NaN());
  } else if (value == "Infinity") {
    writer.number(kInfinity);
  } else if (value == "-Infinity") {
    writer.number(-kInfinity);
  } else if (value.is_object() && value.find("_type") == value.end()) {
    writer.begin_object();
    for (const auto& [key, inner] : value.items()) {
      writer.key(key);
      write_value(writer, inner);
    }
    writer.end_object();
  } else {
    writer.json(value);
  }
}

void add_media(std::vector<std::string>& files, const ordered_json& value) {
  if (value.is_string()) {
    const auto& text = value.get_ref<const std::string&>();
    if (text.rfind("media/", 0) == 0) {
      files.push_back(text);
    }
  } else if (value.is_structured()) {
    for (const auto& [key, inner] : value.items()) {
      if (!inner.is_string() || value.is_array() || key == "path") {
        add_media(files, inner);
      }
    }
  }
}

}  // namespace

HistoryReader::HistoryReader(const std::filesystem::path& path, std::int64_t begin)
    : in_(path, std::ios::binary), end_(begin) {
  in_.seekg(begin);
}

bool HistoryReader::next(std::int64_t end) {
  while (end_ < end && std::getline(in_, line_)) {
    row_ = ordered_json::parse(line_, nullptr, false);
    const bool is_row = row_.is_object() && row_.contains("_step") && row_["_step"].is_number_integer();
    if (!in_.eof()) {
      end_ += static_cast<std::int64_t>(line_.size()) + 1;
    } else if (is_row) {
      end_ += static_cast<std::int64_t>(line_.size());
    }
    if (is_row) {
      return true;
    }
  }
  return false;
}

void write_cells_again(RowWriter& writer, const ordered_json& cells) {
  for (auto cell = cells.begin(); cell != cells.end(); ++cell) {
    if (cell.key() != "_step") {
      writer.key(cell.key());
      write_value(writer, cell.value());
    }
  }
}

void write_again(RowWriter& writer, const ordered_json& row) {
  writer.begin();
  write_cells_again(writer, row);
  writer.finish(0, 0, row["_step"].get<std::int64_t>());
}

void write_late(RowWriter& writer, const ordered_json& row, std::int64_t step) {
  writer.begin();
  write_cells_again(writer, row);
  writer.key(kLateStep);
  writer.integer(row["_step"].get<std::int64_t>());
  writer.finish(0, 0, step);
}

std::vector<std::string> media_of(const ordered_json& row) {
  std::vector<std::string> files;
  for (const auto& [key, value] : row.items()) {
    if (value.is_structured()) {
      add_media(files, value);
    }
  }
  return files;
}

}  // namespace sconce::store
