#include "run/pending_row.h"

#include <c10/util/Exception.h>

#include <algorithm>
#include <utility>

#include "store/json_text.h"
#include "values/boxes_data.h"
#include "values/image_source.h"
#include "values/mask_data.h"

namespace sconce {
namespace {

struct Bytes {
  template <typename Number>
  std::int64_t operator()(const Number&) const {
    return 0;
  }
  std::int64_t operator()(const std::string& text) const { return static_cast<std::int64_t>(text.size()); }
  std::int64_t operator()(const Image& image) const { return pending_bytes(image); }
  std::int64_t operator()(const std::vector<Image>& images) const {
    std::int64_t bytes = 0;
    for (const Image& image : images) {
      bytes += pending_bytes(image);
    }
    return bytes;
  }
  std::int64_t operator()(const Histogram&) const {
    constexpr std::int64_t kLargest = 513 * 2 * 8;
    return kLargest;
  }
  std::int64_t operator()(const std::shared_ptr<const Row>& row) const {
    std::int64_t bytes = 0;
    for (const auto& [key, value] : row->cells()) {
      bytes += static_cast<std::int64_t>(key.size()) + pending_bytes(value);
    }
    return bytes;
  }
};

void check_nested_keys(const Value& value) {
  if (const auto* nested = std::get_if<std::shared_ptr<const Row>>(&value.storage())) {
    for (const auto& [key, inner] : (*nested)->cells()) {
      checked_key(key);
      check_nested_keys(inner);
    }
  }
}

/// Keys that a row has of its own. Times may be given, to log what happened elsewhere.
void check_reserved(const std::string& key, const Value& value) {
  TORCH_CHECK_VALUE(key != "_step", "'_step' is no cell: pass the step to log()");
  TORCH_CHECK_VALUE(key != "_wandb", "'_wandb' is reserved");
  if (key == "_timestamp" || key == "_runtime") {
    TORCH_CHECK_VALUE(
        std::holds_alternative<double>(value.storage()) || std::holds_alternative<std::int64_t>(value.storage()),
        "'", key, "': expected a number of seconds");
  }
}

}  // namespace

std::string checked_key(std::string_view key) {
  TORCH_CHECK_VALUE(!key.empty(), "expected a key, got an empty one");
  TORCH_CHECK_VALUE(key.find('\0') == std::string_view::npos, "expected a key without NUL, got '",
                    std::string(key.substr(0, key.find('\0'))), "' followed by one");
  return store::valid_utf8(key);
}

std::vector<PendingCell> take_cells(std::string_view prefix, const Row& row) {
  std::vector<PendingCell> cells;
  cells.reserve(row.cells().size());
  for (const auto& [key, value] : row.cells()) {
    TORCH_CHECK_VALUE(!key.empty(), "expected a key, got an empty one");
    std::string name = checked_key(std::string(prefix) + key);
    check_reserved(name, value);
    check_nested_keys(value);
    cells.push_back({std::move(name), {value}});
  }
  return cells;
}

void put_cell(std::vector<PendingCell>& cells, PendingCell cell) {
  const auto same =
      std::find_if(cells.begin(), cells.end(), [&](const PendingCell& other) { return other.key == cell.key; });
  if (same != cells.end()) {
    same->value = std::move(cell.value);
  } else {
    cells.push_back(std::move(cell));
  }
}

std::int64_t pending_bytes(const Image& image) {
  constexpr std::int64_t kBookkeeping = 512;
  std::int64_t bytes = kBookkeeping + image.source().bytes();
  for (const auto& mask : image.options().masks()) {
    bytes += mask.second.data().height * mask.second.data().width;
  }
  for (const auto& boxes : image.options().boxes()) {
    bytes += boxes.second.data().bytes();
  }
  return bytes;
}

std::int64_t pending_bytes(const Value& value) {
  return static_cast<std::int64_t>(sizeof(PendingCell)) + std::visit(Bytes{}, value.storage());
}

}  // namespace sconce
