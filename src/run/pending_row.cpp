#include "run/pending_row.h"

#include <c10/util/Exception.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "store/history.h"
#include "store/json_text.h"
#include "values/boxes_data.h"
#include "values/device_scalar.h"
#include "values/histogram_data.h"
#include "values/image_source.h"
#include "values/mask_data.h"

namespace sconce {
namespace {

constexpr std::int64_t kBlock = 32;  ///< what a block on the heap takes beside its bytes

std::int64_t heap_bytes(const std::string& text) {
  static const std::size_t in_place = std::string().capacity();
  return text.capacity() <= in_place ? 0 : static_cast<std::int64_t>(text.capacity()) + kBlock;
}

/// Of an image, beside its source: itself, its options, its promise and the names of its files.
std::int64_t bookkeeping_bytes(const Image& image) {
  constexpr std::int64_t kImage = 2048;
  constexpr std::int64_t kLayer = 512;
  const ImageOptions& options = image.options();
  std::int64_t bytes = kImage + options.classes().bytes();
  if (options.caption()) {
    bytes += heap_bytes(*options.caption());
  }
  for (const auto& [name, mask] : options.masks()) {
    bytes += kLayer + heap_bytes(name) + mask.data().classes.bytes();
  }
  for (const auto& [name, boxes] : options.boxes()) {
    bytes += kLayer + heap_bytes(name) + boxes.data().classes.bytes();
  }
  return bytes;
}

struct Bytes {
  template <typename Number>
  std::int64_t operator()(const Number&) const {
    return 0;
  }
  std::int64_t operator()(const std::string& text) const { return heap_bytes(text); }
  std::int64_t operator()(const Image& image) const { return bookkeeping_bytes(image) + encoder_bytes(image); }
  std::int64_t operator()(const std::vector<Image>& images) const {
    std::int64_t bytes = kBlock;
    for (const Image& image : images) {
      bytes += (*this)(image);
    }
    return bytes;
  }
  std::int64_t operator()(const Histogram& histogram) const { return histogram.data().bytes(); }
  std::int64_t operator()(const std::shared_ptr<const DeviceScalar>& scalar) const { return scalar->bytes(); }
  std::int64_t operator()(const std::shared_ptr<const Row>& row) const { return pending_bytes(row->cells()); }
  std::int64_t operator()(const std::shared_ptr<PendingImages>& images) const { return images->bytes; }
};

/// Of the texts in cells, as JSON without escapes, and where the longest one is.
struct TextBytes {
  std::size_t all = 0;
  std::size_t longest = 0;
  std::string key;

  void add(const std::vector<Row::Cell>& cells, const std::string& outer) {
    for (const auto& [name, value] : cells) {
      if (const auto* text = std::get_if<std::string>(&value.storage())) {
        all += text->size();
        if (text->size() > longest) {
          longest = text->size();
          key = outer + name;
        }
      } else if (const auto* nested = std::get_if<std::shared_ptr<const Row>>(&value.storage())) {
        add((*nested)->cells(), outer + name + ".");
      }
    }
  }
};

void check_key(std::string_view key) {
  TORCH_CHECK_VALUE(!key.empty(), "expected a key, got an empty one");
  TORCH_CHECK_VALUE(key.find('\0') == std::string_view::npos, "expected a key without NUL, got '",
                    std::string(key.substr(0, key.find('\0'))), "' followed by one");
}

void check_nested_keys(const Value& value) {
  if (const auto* nested = std::get_if<std::shared_ptr<const Row>>(&value.storage())) {
    for (const auto& [key, inner] : (*nested)->cells()) {
      check_key(key);
      check_nested_keys(inner);
    }
  }
}

void report_lost(Reporter& reporter, const std::vector<Row::Cell>& cells, std::optional<std::int64_t> step,
                 const std::string& why) {
  if (cells.empty()) {
    reporter.lost("_step", step, why);
  }
  for (const Row::Cell& cell : cells) {
    reporter.lost(cell.first, step, why);
  }
}

/// Keys that a row has of its own. Times may be given, to log what happened elsewhere.
void check_reserved(const std::string& key, const Value& value) {
  if (key.front() != '_') {
    return;
  }
  TORCH_CHECK_VALUE(key != "_step", "'_step' is no cell: pass the step to log()");
  TORCH_CHECK_VALUE(key != "_wandb" && key != store::kLateStep, "'", key, "' is reserved");
  if (key == "_timestamp" || key == "_runtime") {
    TORCH_CHECK_VALUE(
        std::holds_alternative<double>(value.storage()) || std::holds_alternative<std::int64_t>(value.storage()),
        "'", key, "': expected a number of seconds");
  }
}

}  // namespace

std::string checked_key(std::string_view key) {
  check_key(key);
  return store::valid_utf8(key);
}

std::vector<Row::Cell> take_cells(std::string_view prefix, Row row) {
  std::vector<Row::Cell> cells = std::move(row.cells());
  const bool prefix_is_plain = store::is_plain(prefix);
  for (auto& [key, value] : cells) {
    const bool is_plain = store::is_plain(key);
    if (!is_plain || key.empty()) {
      check_key(key);
    }
    if (!prefix.empty()) {
      key.insert(0, prefix);
    }
    if (!is_plain || !prefix_is_plain) {
      key = checked_key(key);  // the prefix may bring what a key may not have
    }
    check_reserved(key, value);
    check_nested_keys(value);
  }
  return cells;
}

std::int64_t put_cell(std::vector<Row::Cell>& cells, Row::Cell cell) {
  const auto same =
      std::find_if(cells.begin(), cells.end(), [&](const Row::Cell& other) { return other.first == cell.first; });
  const std::int64_t bytes = pending_bytes(cell.second);
  if (same == cells.end()) {
    constexpr auto kPlace = static_cast<std::int64_t>(2 * sizeof(Row::Cell));  // a vector grows by doubling
    cells.push_back(std::move(cell));
    return kPlace + heap_bytes(cells.back().first) + bytes;
  }
  const Value replaced = std::exchange(same->second, std::move(cell.second));
  return bytes - pending_bytes(replaced);
}

std::int64_t encoder_bytes(const Image& image) {
  std::int64_t bytes = image.source().bytes();
  for (const auto& mask : image.options().masks()) {
    bytes += mask.second.data().bytes();
  }
  for (const auto& boxes : image.options().boxes()) {
    bytes += boxes.second.data().bytes();
  }
  return bytes;
}

std::int64_t pending_bytes(const Value& value) { return std::visit(Bytes{}, value.storage()); }

std::int64_t pending_bytes(const std::vector<Row::Cell>& cells) {
  auto bytes = static_cast<std::int64_t>(cells.capacity() * sizeof(Row::Cell)) + kBlock;
  for (const auto& [key, value] : cells) {
    bytes += heap_bytes(key) + pending_bytes(value);
  }
  return bytes;
}

void check_text(const std::vector<Row::Cell>& cells) {
  TextBytes text;
  text.add(cells, "");
  TORCH_CHECK_VALUE(text.all <= store::kMostUploaded, "'", text.key, "': expected a row of at most ",
                    store::kMostUploaded, " bytes, which W&B's client uploads, got ", text.all, " bytes of text, ",
                    text.longest, " of them here");
}

std::int64_t history_rows(const PendingRow& row) {
  return row.numbers == nullptr ? static_cast<std::int64_t>(row.step.has_value())
                                : static_cast<std::int64_t>(row.numbers->size());
}

void report_lost(Reporter& reporter, const PendingRow& row, const std::string& why) {
  if (row.change != nullptr) {
    reporter.lost(row.change->what, why);
  } else if (row.numbers != nullptr) {
    for (std::size_t i = 0; i < row.numbers->size(); ++i) {
      report_lost(reporter, row.numbers->cells(), row.numbers->stamp(i).step, why);
    }
  } else {
    report_lost(reporter, row.cells, row.step, why);
  }
}

}  // namespace sconce
