#include "support/wandb_log.h"

#include <zlib.h>

#include <protozero/pbf_reader.hpp>
#include <stdexcept>

#include "support/run_reader.h"

namespace sconce::test {
namespace {

using nlohmann::ordered_json;

constexpr std::size_t kBlock = 32768;
constexpr std::size_t kChunkHeader = 7;
enum Chunk { kFull = 1, kFirst = 2, kMiddle = 3, kLast = 4 };

[[noreturn]] void refuse(const std::string& what, std::size_t at) {
  throw std::runtime_error(what + " at byte " + std::to_string(at));
}

std::uint32_t little_endian(std::string_view bytes) {
  std::uint32_t value = 0;
  for (std::size_t i = bytes.size(); i > 0; --i) {
    value = value << 8 | static_cast<std::uint8_t>(bytes[i - 1]);
  }
  return value;
}

WandbRecord parse(const std::string& bytes) {
  WandbRecord record;
  protozero::pbf_reader reader(bytes);
  while (reader.next()) {
    if (reader.tag() == 1) {
      record.number = reader.get_int64();
    } else {
      record.kind = reader.tag();
      record.message = reader.get_string();
    }
  }
  return record;
}

double seconds_of(protozero::pbf_reader time) {
  double seconds = 0;
  while (time.next()) {
    seconds += time.tag() == 1 ? static_cast<double>(time.get_int64()) : 1e-9 * time.get_int32();
  }
  return seconds;
}

ordered_json value_of(const std::string& text) {
  const bool is_word = text == "NaN" || text == "Infinity" || text == "-Infinity";
  return is_word ? ordered_json(text) : ordered_json::parse(text);
}

}  // namespace

std::vector<WandbRecord> read_wandb_log(std::string_view bytes, bool may_be_cut) {
  if (bytes.substr(0, 7) != std::string_view(":W&B\xe1\xbe\0", 7)) {
    refuse("no header", 0);
  }
  std::vector<WandbRecord> records;
  std::string open;
  bool is_open = false;
  std::size_t begin = 0;
  for (std::size_t at = 7; at < bytes.size();) {
    const std::size_t room = kBlock - at % kBlock;
    if (room < kChunkHeader) {
      at += room;
      continue;
    }
    const std::string_view head = bytes.substr(at, kChunkHeader);
    const std::size_t size = head.size() < kChunkHeader ? 0 : little_endian(head.substr(4, 2));
    if (head.size() < kChunkHeader || at + kChunkHeader + size > bytes.size()) {
      if (may_be_cut) return records;
      refuse("cut", at);
    }
    if (kChunkHeader + size > room) refuse("a chunk across blocks", at);
    const std::string_view summed = bytes.substr(at + 6, 1 + size);
    const auto sum = ::crc32(0, reinterpret_cast<const Bytef*>(summed.data()), static_cast<uInt>(summed.size()));
    if (sum != little_endian(head.substr(0, 4))) refuse("a wrong checksum", at);
    const int type = head[6];
    if ((type == kFull || type == kFirst) == is_open) refuse("a chunk out of order", at);
    begin = is_open ? begin : at;
    open += summed.substr(1);
    is_open = type == kFirst || type == kMiddle;
    if (!is_open) {
      records.push_back(parse(open));
      records.back().begin = begin;
      open.clear();
    }
    at += kChunkHeader + size;
  }
  if (is_open && !may_be_cut) refuse("a record without its end", bytes.size());
  return records;
}

std::vector<WandbRecord> read_run_log(const std::filesystem::path& run, bool may_be_cut) {
  for (const auto& entry : std::filesystem::directory_iterator(run)) {
    if (entry.path().extension() == ".wandb") {
      return read_wandb_log(read_text(entry.path()), may_be_cut);
    }
  }
  throw std::runtime_error("no log in " + run.string());
}

ordered_json items_of(const std::string& message) {
  ordered_json json = ordered_json::object();
  protozero::pbf_reader items(message);
  while (items.next(1)) {
    protozero::pbf_reader item = items.get_message();
    ordered_json* place = &json;
    while (item.next()) {
      if (item.tag() == 16) {
        *place = value_of(item.get_string());
      } else {
        place = &(*place)[item.get_string()];
      }
    }
  }
  return json;
}

Stats stats_of(const std::string& message) {
  Stats stats{0, ordered_json::object()};
  protozero::pbf_reader reader(message);
  while (reader.next()) {
    if (reader.tag() == 2) {
      stats.timestamp = seconds_of(reader.get_message());
    } else {
      protozero::pbf_reader item = reader.get_message();
      item.next(1);
      ordered_json& value = stats.values[item.get_string()];
      item.next(16);
      value = value_of(item.get_string());
    }
  }
  return stats;
}

Output output_of(const std::string& message) {
  Output output;
  protozero::pbf_reader reader(message);
  while (reader.next()) {
    if (reader.tag() == 1) {
      output.stream = reader.get_enum();
    } else if (reader.tag() == 2) {
      output.timestamp = seconds_of(reader.get_message());
    } else {
      output.text = reader.get_string();
    }
  }
  return output;
}

std::vector<ordered_json> logged_rows(const std::vector<WandbRecord>& records) {
  std::vector<ordered_json> rows;
  for (const WandbRecord& record : records) {
    if (record.kind == 2) {
      rows.push_back(items_of(record.message));
    }
  }
  return rows;
}

std::vector<std::string> logged_files(const std::vector<WandbRecord>& records) {
  std::vector<std::string> files;
  for (const WandbRecord& record : records) {
    if (record.kind == 6) {
      protozero::pbf_reader list(record.message);
      list.next(1);
      protozero::pbf_reader file = list.get_message();
      file.next(1);
      files.push_back(file.get_string());
    }
  }
  return files;
}

}  // namespace sconce::test
