#include "sconce/row.h"

#include <ATen/ATen.h>
#include <c10/util/Exception.h>

#include <algorithm>
#include <utility>

#include "store/json_text.h"
#include "torch_ops/describe.h"
#include "values/device_scalar.h"

namespace sconce {
namespace {

Value::Storage number_of(const at::Tensor& scalar) {
  const at::Scalar number = scalar.item();
  if (number.isBoolean()) {
    return number.toBool();
  }
  if (number.isIntegral(/*includeBool=*/false)) {
    return static_cast<std::int64_t>(number.toLong());
  }
  return number.toDouble();
}

}  // namespace

Value::Value(const char* text) {
  TORCH_CHECK_VALUE(text != nullptr, "expected text, got a null pointer");
  storage_ = std::string(text);
}

Value::Value(std::string_view text) : storage_(std::string(text)) {}
Value::Value(std::string text) : storage_(std::move(text)) {}

Value::Value(const at::Tensor& scalar) {
  TORCH_CHECK_TYPE(
      scalar.defined() && !scalar.is_complex() && !scalar.is_meta() && scalar.layout() == at::kStrided,
      "expected a one-element tensor of a real dtype, got ", ops::describe(scalar));
  TORCH_CHECK_VALUE(scalar.numel() == 1, "expected a tensor of one element, got ", ops::describe(scalar),
                    "; log a picture as Image(tensor) and a distribution as Histogram(tensor)");
  if (scalar.device().is_cpu()) {
    storage_ = number_of(scalar);
  } else {
    storage_ = std::make_shared<const DeviceScalar>(ops::HostCopy(scalar.detach(), scalar));
  }
}

Value::Value(Image image) : storage_(std::move(image)) {}
Value::Value(std::vector<Image> images) : storage_(std::move(images)) {}
Value::Value(Histogram histogram) : storage_(std::move(histogram)) {}
Value::Value(Row nested) : storage_(std::make_shared<const Row>(std::move(nested))) {}

Row::Row(std::initializer_list<Cell> cells) {
  cells_.reserve(cells.size());
  for (const Cell& cell : cells) {
    set(cell.first, cell.second);
  }
}

Row& Row::set(std::string key, Value value) {
  if (!store::is_plain(key)) {  // two keys that are not UTF-8 may become the same one
    key = store::valid_utf8(key);
  }
  const auto same =
      std::find_if(cells_.begin(), cells_.end(), [&](const Cell& cell) { return cell.first == key; });
  if (same != cells_.end()) {
    same->second = std::move(value);
  } else {
    cells_.emplace_back(std::move(key), std::move(value));
  }
  return *this;
}

}  // namespace sconce
