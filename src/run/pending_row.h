#pragma once

#include <cstdint>
#include <future>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "run/encoded_image.h"
#include "sconce/row.h"

namespace sconce {

struct PendingCell;

/// A cell's value on its way to a row. Images leave it when they are handed to the encoders: what stays is the
/// promise of their names.
struct PendingValue {
  using OneImage = std::future<EncodedImage>;
  using ManyImages = std::vector<std::future<EncodedImage>>;

  std::variant<Value, OneImage, ManyImages, std::vector<PendingCell>> content;
};

struct PendingCell {
  std::string key;  ///< UTF-8
  PendingValue value;
};

/// A row on its way to the history, or, without a step, values on their way to the summary.
struct PendingRow {
  std::optional<std::int64_t> step;
  double timestamp = 0;  ///< Unix seconds of the last log() call
  double runtime = 0;    ///< seconds since the run began
  std::vector<PendingCell> cells;
  std::int64_t bytes = 0;  ///< counted in the queue, for what is not media
};

/// key as it may stand in a row: bytes that are not UTF-8 become U+FFFD. Throws c10::ValueError for one that is
/// empty or holds a NUL.
std::string checked_key(std::string_view key);

/// The cells of a row under prefix. Throws c10::ValueError for bad keys, in nested rows too, and the reserved
/// ones.
std::vector<PendingCell> take_cells(std::string_view prefix, const Row& row);

/// Adds a cell, or replaces the value of the one of the same key.
void put_cell(std::vector<PendingCell>& cells, PendingCell cell);

/// Memory that a value takes until it is written, media and the rest.
std::int64_t pending_bytes(const Value& value);
/// Memory of one image with its layers.
std::int64_t pending_bytes(const Image& image);

}  // namespace sconce
