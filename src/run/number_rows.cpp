#include "run/number_rows.h"

#include <algorithm>
#include <cstring>
#include <type_traits>
#include <variant>

namespace sconce {
namespace {

constexpr std::int64_t kBlock = 32;  ///< what a block on the heap takes beside its bytes

/// Calls work with the number that is held, and returns whether it is one.
template <typename Storage, typename Work>
bool with_number(Storage& storage, const Work& work) {
  return std::visit(
      [&](auto& held) {
        using Held = std::decay_t<decltype(held)>;
        if constexpr (std::is_arithmetic_v<Held>) {
          static_assert(sizeof(Held) <= sizeof(std::uint64_t));
          work(held);
        }
        return std::is_arithmetic_v<Held>;
      },
      storage);
}

/// Makes room for `more`, doubling what is there, but never beyond `most`.
template <typename T>
void make_room(std::vector<T>& values, std::size_t more, std::size_t most) {
  if (values.size() + more > values.capacity()) {
    values.reserve(std::min(std::max(2 * values.capacity(), more), most));
  }
}

}  // namespace

bool NumberColumns::can_hold(const std::vector<Row::Cell>& cells) {
  return std::all_of(cells.begin(), cells.end(),
                     [](const Row::Cell& cell) { return with_number(cell.second.storage(), [](const auto&) {}); });
}

NumberColumns::NumberColumns(const std::vector<Row::Cell>& cells) {
  constexpr std::size_t kMostText = std::size_t{64} << 10;
  constexpr std::size_t kNumber = 28;  // with its comma, its colon and the quotes of its key
  std::size_t text = 4 * kNumber;      // the row's own keys
  columns_.reserve(cells.size());
  for (const auto& [key, value] : cells) {
    columns_.push_back({key, value.storage().index()});
    text += key.size() + kNumber;
  }
  most_rows_ = std::max<std::size_t>(1, kMostText / text);
}

bool NumberColumns::match(const std::vector<Row::Cell>& cells) const {
  return std::equal(cells.begin(), cells.end(), columns_.begin(), columns_.end(),
                    [](const Row::Cell& cell, const Column& column) {
                      return cell.second.storage().index() == column.type && cell.first == column.key;
                    });
}

std::int64_t NumberColumns::bytes() const {
  auto bytes = static_cast<std::int64_t>(sizeof(*this) + columns_.capacity() * sizeof(Column)) + 2 * kBlock;
  for (const Column& column : columns_) {
    bytes += static_cast<std::int64_t>(column.key.capacity()) + kBlock;
  }
  return bytes;
}

std::vector<Row::Cell> NumberColumns::zeros() const {
  static const Value kZeros[] = {false, std::int64_t{0}, std::uint64_t{0}, 0.0};
  std::vector<Row::Cell> cells;
  cells.reserve(columns_.size());
  for (const Column& column : columns_) {
    cells.emplace_back(column.key, kZeros[column.type]);
  }
  return cells;
}

void NumberRows::add(const Stamp& stamp, const std::vector<Row::Cell>& cells) {
  const std::size_t most = columns_->most_rows();
  make_room(stamps_, 1, most);
  make_room(numbers_, cells.size(), most * cells.size());
  stamps_.push_back(stamp);
  for (const Row::Cell& cell : cells) {
    with_number(cell.second.storage(), [&](const auto& number) {
      std::uint64_t bits = 0;
      std::memcpy(&bits, &number, sizeof(number));
      numbers_.push_back(bits);
    });
  }
}

void NumberRows::read(std::size_t row, std::vector<Row::Cell>& cells) const {
  const std::uint64_t* bits = numbers_.data() + row * columns_->size();
  for (Row::Cell& cell : cells) {
    with_number(cell.second.storage(), [&](auto& number) { std::memcpy(&number, bits, sizeof(number)); });
    ++bits;
  }
}

std::int64_t NumberRows::bytes() const {
  return static_cast<std::int64_t>(sizeof(*this) + stamps_.capacity() * sizeof(Stamp) +
                                   numbers_.capacity() * sizeof(std::uint64_t)) +
         3 * kBlock;
}

}  // namespace sconce
