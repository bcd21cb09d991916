#pragma once

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "sconce/histogram.h"
#include "sconce/image.h"

namespace at {
class Tensor;
}

namespace sconce {
class DeviceScalar;
class Row;
struct PendingImages;

/// What a cell holds. Implicit on purpose: {"loss", loss} reads like the row it becomes.
class Value {
 public:
  /// The last two are for values on their way: they are made inside sconce.
  using Storage = std::variant<bool, std::int64_t, std::uint64_t, double, std::string, Image, std::vector<Image>,
                               Histogram, std::shared_ptr<const Row>, std::shared_ptr<const DeviceScalar>,
                               std::shared_ptr<PendingImages>>;

  /// bool, integers, floating point. NaN and infinities are written as "NaN", "Infinity", "-Infinity".
  template <typename T, std::enable_if_t<std::is_arithmetic_v<T>, int> = 0>
  Value(T number) : storage_(widest(number)) {}
  Value(const char* text);  ///< a literal is text, not a bool; null throws c10::ValueError
  Value(std::string_view text);
  Value(std::string text);  ///< bytes that are not UTF-8 are written as U+FFFD
  /// One element of any real dtype. On an accelerator the copy is enqueued and nobody waits: cheaper than item().
  /// More elements throw c10::ValueError: use Image or Histogram.
  Value(const at::Tensor& scalar);
  Value(Image image);
  Value(std::vector<Image> images);
  Value(Histogram histogram);
  Value(Row nested);  ///< a JSON object

  const Storage& storage() const noexcept { return storage_; }  ///< for sconce's own sources
  Storage& storage() noexcept { return storage_; }              ///< for sconce's own sources

 private:
  template <typename T>
  static Storage widest(T number) {
    if constexpr (std::is_same_v<T, bool>) {
      return number;
    } else if constexpr (std::is_floating_point_v<T>) {
      return static_cast<double>(number);
    } else if constexpr (std::is_unsigned_v<T> && sizeof(T) == sizeof(std::uint64_t)) {
      return static_cast<std::uint64_t>(number);
    } else {
      return static_cast<std::int64_t>(number);
    }
  }

  Storage storage_;
};

/// Cells by key, in order. If a key comes twice, its place is that of the first and its value that of the last.
/// Bytes of a key that are not UTF-8 become U+FFFD.
class Row {
 public:
  using Cell = std::pair<std::string, Value>;

  Row(std::initializer_list<Cell> cells = {});
  Row& set(std::string key, Value value);

  const std::vector<Cell>& cells() const noexcept { return cells_; }
  std::vector<Cell>& cells() noexcept { return cells_; }  ///< for sconce's own sources

 private:
  std::vector<Cell> cells_;
};

}  // namespace sconce
