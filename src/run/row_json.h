#pragma once

#include <exception>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "run/pending_row.h"
#include "store/history.h"

namespace sconce {

/// What the writing of a row tells.
struct RowEvents {
  /// An image lies in the run under this key; its class names are to be published.
  std::function<void(const std::string& key, const store::StoredImage&)> stored;
  /// This value could not be had; its cell is left out.
  std::function<void(const std::string& key, const std::exception&)> failed;
};

/// Writes the cells into row, waiting for their images and for values from accelerators.
void write_cells(store::RowWriter& row, const std::vector<Row::Cell>& cells, const RowEvents& events);

/// The JSON object of a row without media. Throws c10::ValueError that names the key of an image or a histogram.
nlohmann::ordered_json settings_json(const Row& row);

/// The full name of a cell inside nested rows, as wandb's summary spells it: "outer.inner".
std::string nested_key(const std::string& outer, const std::string& inner);

}  // namespace sconce
