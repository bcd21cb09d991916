#include "store/wandb_records.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>
#include <protozero/pbf_builder.hpp>
#include <protozero/pbf_writer.hpp>
#include <protozero/varint.hpp>

#include "store/buffer.h"
#include "store/json_text.h"
#include "store/wandb_fields.h"

namespace sconce::store {
namespace {

using nlohmann::ordered_json;
using namespace wandb_fields;

template <typename Field>
using Builder = protozero::pbf_builder<Field>;

template <typename Fields>
void add_text(Builder<Fields>& message, Fields field, std::string_view text) {
  if (is_plain(text) || is_utf8(text)) {
    message.add_string(field, text.data(), text.size());
  } else {
    message.add_string(field, valid_utf8(text));
  }
}

template <typename Fields>
void add_text_if_any(Builder<Fields>& message, Fields field, const std::string& text) {
  if (!text.empty()) {
    add_text(message, field, text);
  }
}

template <typename Fields>
void add_item(Builder<Fields>& message, Fields field, const std::vector<std::string_view>& keys,
              std::string_view json) {
  Builder<Item> item(message, field);
  if (keys.size() == 1) {
    add_text(item, Item::Key, keys.front());
  } else {
    for (const std::string_view key : keys) {
      add_text(item, Item::NestedKey, key);
    }
  }
  item.add_string(Item::ValueJson, json.data(), json.size());
}

void add_settings(Builder<Update>& message, const ordered_json& values) {
  for (const auto& [key, value] : values.items()) {
    add_item(message, Update::Update, {key}, to_text(value));
  }
}

template <typename Fields>
void add_time(Builder<Fields>& message, Fields field, double timestamp) {
  const double seconds = std::floor(timestamp);
  Builder<Time> time(message, field);
  time.add_int64(Time::Seconds, static_cast<std::int64_t>(seconds));
  time.add_int32(Time::Nanoseconds, static_cast<std::int32_t>(1e9 * (timestamp - seconds)));
}

std::string empty_record(Record kind) {
  std::string record;
  Builder<Record>(record).add_message(kind, "", 0);
  return record;
}

constexpr char kItemTag = static_cast<char>(static_cast<int>(History::Item) << 3 |
                                            static_cast<int>(protozero::pbf_wire_type::length_delimited));

std::string record_of(Record kind, std::string_view message) {
  std::string record;
  record.reserve(message.size() + 8);
  Builder<Record>(record).add_message(kind, message.data(), message.size());
  return record;
}

}  // namespace

std::string header_record(const RowsBefore& before) {
  std::string message;
  {
    Builder<Header> header(message);
    {
      Builder<Version> version(header, Header::Version);
      version.add_string(Version::Producer, "sconce");
      version.add_string(Version::MinConsumer, "0.70.0");  // what W&B's own writer says
    }
    if (before.bytes > 0) {
      header.add_int64(Header::HistoryBefore, before.bytes);
      header.add_int64(Header::StepBefore, before.newest_step);
    }
  }
  return record_of(Record::Header, message);
}

std::string run_record(const RunDescription& run, const ordered_json& config) {
  std::string message;
  {
    Builder<Run> fields(message);
    add_text(fields, Run::Id, run.id);
    add_text_if_any(fields, Run::Entity, run.entity);
    add_text(fields, Run::Project, run.project);
    {
      Builder<Update> items(fields, Run::Config);
      add_settings(items, config);
      add_item(items, Update::Update, {"_wandb"}, "{}");  // without it older clients drop all that comes later
    }
    add_text_if_any(fields, Run::Group, run.group);
    add_text_if_any(fields, Run::JobType, run.job_type);
    add_text_if_any(fields, Run::DisplayName, run.name);
    add_text_if_any(fields, Run::Notes, run.notes);
    for (const std::string& tag : run.tags) {
      add_text(fields, Run::Tags, tag);
    }
    Builder<Time>(fields, Run::StartTime).add_int64(Time::Seconds, run.start);
  }
  return record_of(Record::Run, message);
}

std::string file_record(std::string_view path, FileKind kind, FilePolicy policy) {
  std::string message;
  {
    Builder<Files> files(message);
    Builder<File> file(files, Files::Files);
    add_text(file, File::Path, path);
    file.add_enum(File::Policy, static_cast<std::int32_t>(policy));
    file.add_enum(File::Kind, static_cast<std::int32_t>(kind));
  }
  return record_of(Record::Files, message);
}

std::string config_record(const ordered_json& values) {
  std::string message;
  {
    Builder<Update> config(message);
    add_settings(config, values);
  }
  return record_of(Record::Config, message);
}

std::string wandb_config_record(const std::vector<std::string_view>& keys, std::string_view json) {
  std::vector<std::string_view> all{"_wandb"};
  all.insert(all.end(), keys.begin(), keys.end());
  std::string message;
  {
    Builder<Update> config(message);
    add_item(config, Update::Update, all, json);
  }
  return record_of(Record::Config, message);
}

std::string alert_record(std::string_view title, std::string_view text, std::string_view level,
                         std::int64_t wait_milliseconds) {
  std::string message;
  {
    Builder<Alert> alert(message);
    add_text(alert, Alert::Title, title);
    add_text(alert, Alert::Text, text);
    add_text(alert, Alert::Level, level);
    alert.add_int64(Alert::WaitMilliseconds, wait_milliseconds);
  }
  return record_of(Record::Alert, message);
}

std::string exit_record(int exit_code, std::int64_t runtime_seconds) {
  std::string message;
  {
    Builder<Exit> exit(message);
    exit.add_int32(Exit::Code, exit_code);
    exit.add_int32(Exit::Runtime, static_cast<std::int32_t>(runtime_seconds));
  }
  return record_of(Record::Exit, message);
}

std::string final_record() { return empty_record(Record::Final); }

std::string footer_record() { return empty_record(Record::Footer); }

std::string stats_record(double timestamp, const std::vector<std::pair<std::string, double>>& values) {
  std::string message;
  {
    Builder<Stats> stats(message);
    add_time(stats, Stats::Time, timestamp);
    for (const auto& [key, value] : values) {
      std::string json;
      append_double(json, value);
      add_item(stats, Stats::Item, {key}, std::isfinite(value) ? json : bare_word(json));
    }
  }
  return record_of(Record::Stats, message);
}

std::string output_record(OutputStream stream, double timestamp, std::string_view text) {
  std::string message;
  {
    Builder<Output> output(message);
    output.add_enum(Output::Stream, static_cast<std::int32_t>(stream));
    add_time(output, Output::Time, timestamp);
    add_text(output, Output::Text, text);
  }
  return record_of(Record::Output, message);
}

std::string item_beginning(std::string_view key) {
  std::string beginning;
  {
    Builder<Item> item(beginning);
    add_text(item, Item::Key, key);
    item.add_string(Item::ValueJson, "");
  }
  beginning.pop_back();  // the length of the empty value
  return beginning;
}

void RecordItems::clear() { items_.clear(); }

void RecordItems::add(const std::vector<std::string_view>& keys, std::string_view json) {
  clear_buffer(item_);
  {
    Builder<History> message(item_);
    add_item(message, History::Item, keys, json);
  }
  items_.append(item_);
}

/// Lengths are known here, so nothing is moved to make room for one as by a builder.
void RecordItems::add_to(std::string_view beginning, std::string_view json) {
  std::array<char, protozero::max_varint_length> length;
  char* const length_end = length.data() + protozero::write_varint(length.data(), json.size());
  const std::size_t size = beginning.size() + static_cast<std::size_t>(length_end - length.data()) + json.size();
  char* out = items_.room(1 + protozero::max_varint_length + size);
  *out++ = kItemTag;
  out += protozero::write_varint(out, size);
  out = std::copy(beginning.begin(), beginning.end(), out);
  out = std::copy(length.data(), length_end, out);
  items_.grow(std::copy(json.begin(), json.end(), out));
}

void RecordItems::add_leaves(std::vector<std::string_view>& keys, const ordered_json& json) {
  if (!json.is_object() || json.empty()) {
    add(keys, to_text(json));
    return;
  }
  for (const auto& [key, value] : json.items()) {
    keys.push_back(key);
    add_leaves(keys, value);
    keys.pop_back();
  }
}

void RecordItems::history_record(std::int64_t step, std::string& record) const {
  std::string step_field;
  {
    Builder<History> history(step_field);
    Builder<Number>(history, History::Step).add_int64(Number::Number, step);
  }
  clear_buffer(record);
  protozero::pbf_writer(record).add_bytes_vectored(static_cast<protozero::pbf_tag_type>(Record::History),
                                                   items_.view(), step_field);
}

// Items of both kinds of record have the same number.
std::string RecordItems::summary_record() const {
  static_assert(static_cast<int>(Update::Update) == static_cast<int>(History::Item));
  return record_of(Record::Summary, items_.view());
}

}  // namespace sconce::store
