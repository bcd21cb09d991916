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

/// Where a value stands: its keys from the outermost on, put together only when there is something to tell.
struct Place {
  const Place* outer;
  const std::string& key;

  std::string name() const { return outer == nullptr ? key : nested_key(outer->name(), key); }
};

class CellsWriter {
 public:
  CellsWriter(store::RowWriter& row, const RowEvents& events) : row_(row), events_(events) {}

  void write(const std::vector<Row::Cell>& cells, const Place* outer) {
    for (const auto& [key, value] : cells) {
      write(key, value, outer);
    }
  }

 private:
  void write(const std::string& key, const Value& value, const Place* outer) {
    const Place place{outer, key};
    const store::RowWriter::Mark before = row_.mark();
    row_.key(key);
    try {
      std::visit([&](const auto& held) { write_value(held, place); }, value.storage());
    } catch (const std::exception& error) {
      row_.back_to(before);
      events_.failed(place.name(), error);
    }
  }

  void write_value(bool value, const Place&) { row_.boolean(value); }
  void write_value(std::int64_t value, const Place&) { row_.integer(value); }
  void write_value(std::uint64_t value, const Place&) { row_.unsigned_integer(value); }
  void write_value(double value, const Place&) { row_.number(value); }
  void write_value(const std::string& value, const Place&) { row_.text(value); }
  void write_value(const Histogram& value, const Place&) { row_.json(value.data().json()); }
  void write_value(const std::shared_ptr<const DeviceScalar>& value, const Place& place) {
    const Value number = value->get();
    std::visit([&](const auto& held) { write_value(held, place); }, number.storage());
  }
  void write_value(const std::shared_ptr<const Row>& nested, const Place& place) {
    row_.begin_object();
    write(nested->cells(), &place);
    row_.end_object();
  }
  void write_value(const std::shared_ptr<PendingImages>& images, const Place& place) {
    const std::string name = place.name();
    std::vector<store::StoredImage> stored;
    for (std::future<EncodedImage>& file : images->files) {
      stored.push_back(files_of(file.get()));
      events_.stored(name, stored.back());
    }
    row_.json(images->is_list ? store::images_json(stored) : store::image_json(stored.front()));
  }
  // Images of a row were handed to the encoders before.
  void write_value(const Image&, const Place& place) { refuse_images(place); }
  void write_value(const std::vector<Image>&, const Place& place) { refuse_images(place); }

  static void refuse_images(const Place& place) {
    TORCH_CHECK_VALUE(false, "'", place.name(), "': expected a number, text or a nested row, got an image");
  }

  store::RowWriter& row_;
  const RowEvents& events_;
};

}  // namespace

void write_cells(store::RowWriter& row, const std::vector<Row::Cell>& cells, const RowEvents& events) {
  CellsWriter(row, events).write(cells, nullptr);
}

ordered_json settings_json(const Row& row) {
  for (const auto& [key, value] : row.cells()) {
    TORCH_CHECK_VALUE(checked_key(key) != "_wandb", "'_wandb' is reserved");
    constexpr std::size_t kLongestKey = 160;  // escaped, still one that a line of YAML can begin with
    TORCH_CHECK_VALUE(key.size() <= kLongestKey, "expected keys of at most ", kLongestKey, " bytes, got '", key,
                      "'");
    TORCH_CHECK_VALUE(!std::holds_alternative<Histogram>(value.storage()), "'", key,
                      "': expected a number, text or a nested row, got a histogram");
  }
  store::RowWriter writer;
  writer.begin();
  write_cells(writer, row.cells(), {{}, [](const std::string&, const std::exception&) { throw; }});
  writer.end_object();
  return ordered_json::parse(writer.line());
}

std::string nested_key(const std::string& outer, const std::string& inner) { return outer + "." + inner; }

}  // namespace sconce
