#include "run/row_json.h"

#include <c10/util/Exception.h>

#include <nlohmann/json.hpp>
#include <utility>

#include "store/json_text.h"
#include "values/device_scalar.h"
#include "values/histogram_data.h"

namespace sconce {
namespace {

using nlohmann::ordered_json;

/// Writes one value. Media in a Value were never handed to the encoders, so a row that is written holds none.
class ValueWriter {
 public:
  ValueWriter(store::RowWriter& row, const std::string& key) : row_(row), key_(key) {}

  void operator()(bool value) const { row_.boolean(value); }
  void operator()(std::int64_t value) const { row_.integer(value); }
  void operator()(std::uint64_t value) const { row_.unsigned_integer(value); }
  void operator()(double value) const { row_.number(value); }
  void operator()(const std::string& value) const { row_.text(value); }
  void operator()(const Histogram& value) const { row_.json(value.data().json()); }
  void operator()(const std::shared_ptr<const DeviceScalar>& value) const {
    std::visit(*this, value->get().storage());
  }
  void operator()(const std::shared_ptr<const Row>& nested) const {
    row_.begin_object();
    for (const auto& [key, value] : nested->cells()) {
      row_.key(key);
      std::visit(ValueWriter(row_, nested_key(key_, key)), value.storage());
    }
    row_.end_object();
  }
  void operator()(const Image&) const { refuse_media(); }
  void operator()(const std::vector<Image>&) const { refuse_media(); }

 private:
  void refuse_media() const {
    TORCH_CHECK_VALUE(false, "'", key_, "': expected a number, text or a nested row, got an image");
  }

  store::RowWriter& row_;
  const std::string& key_;
};

class CellsWriter {
 public:
  CellsWriter(store::RowWriter& row, const RowEvents& events) : row_(row), events_(events) {}

  void write(std::vector<PendingCell>& cells, const std::string& outer) {
    for (PendingCell& cell : cells) {
      key_ = outer.empty() ? cell.key : nested_key(outer, cell.key);
      const store::RowWriter::Mark before = row_.mark();
      row_.key(cell.key);
      try {
        std::visit(*this, cell.value.content);
      } catch (const std::exception& error) {
        row_.back_to(before);
        events_.failed(key_, error);
      }
    }
  }

  void operator()(Value& value) { std::visit(ValueWriter(row_, key_), value.storage()); }
  void operator()(PendingValue::OneImage& image) {
    const store::StoredImage stored = files_of(image.get());
    events_.stored(key_, stored);
    row_.json(store::to_text(store::image_json(stored)));
  }
  void operator()(PendingValue::ManyImages& images) {
    std::vector<store::StoredImage> stored;
    for (std::future<EncodedImage>& image : images) {
      stored.push_back(files_of(image.get()));
      events_.stored(key_, stored.back());
    }
    row_.json(store::to_text(store::images_json(stored)));
  }
  void operator()(std::vector<PendingCell>& nested) {
    row_.begin_object();
    write(nested, std::string(key_));
    row_.end_object();
  }

 private:
  store::RowWriter& row_;
  const RowEvents& events_;
  std::string key_;
};

}  // namespace

void write_cells(store::RowWriter& row, std::vector<PendingCell>& cells, const RowEvents& events) {
  CellsWriter(row, events).write(cells, "");
}

ordered_json settings_json(const Row& row) {
  store::RowWriter writer;
  writer.begin();
  for (const auto& [key, value] : row.cells()) {
    TORCH_CHECK_VALUE(checked_key(key) != "_wandb", "'_wandb' is reserved");
    constexpr std::size_t kLongestKey = 160;  // escaped, still one that a line of YAML can begin with
    TORCH_CHECK_VALUE(key.size() <= kLongestKey, "expected keys of at most ", kLongestKey, " bytes, got '", key,
                      "'");
    TORCH_CHECK_VALUE(!std::holds_alternative<Histogram>(value.storage()), "'", key,
                      "': expected a number, text or a nested row, got a histogram");
    writer.key(key);
    std::visit(ValueWriter(writer, key), value.storage());
  }
  writer.end_object();
  return ordered_json::parse(writer.line());
}

std::string nested_key(const std::string& outer, const std::string& inner) { return outer + "." + inner; }

}  // namespace sconce
