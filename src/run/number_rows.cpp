#include "run/number_rows.h"

#include <algorithm>
#include <cstring>
#include <type_traits>
#include <variant>

#include "run/pending_row.h"

namespace sconce {
namespace {

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

std::size_t rows_of_a_write(const std::vector<Row::Cell>& cells) {
  constexpr std::size_t kMostText = std::size_t{64} << 10;
  constexpr std::size_t kNumber = 28;  // with its comma, its colon and the quotes of its key
  std::size_t text = 4 * kNumber;      // the row's own keys
  for (const Row::Cell& cell : cells) {
    text += cell.first.size() + kNumber;
  }
  return std::max<std::size_t>(1, kMostText / text);
}

/// Makes room for `more`, doubling what is there, but never beyond `most`.
template <typename T>
void make_room(std::vector<T>& values, std::size_t more, std::size_t most) {
  if (values.size() + more > values.capacity()) {
    values.reserve(std::min(std::max(2 * values.capacity(), more), most));
  }
}

}  // namespace

bool are_numbers(const std::vector<Row::Cell>& cells) {
  return !cells.empty() && std::all_of(cells.begin(), cells.end(), [](const Row::Cell& cell) {
    return with_number(cell.second.storage(), [](const auto&) {});
  });
}

bool are_alike(const std::vector<Row::Cell>& cells, const std::vector<Row::Cell>& others) {
  return std::equal(
      cells.begin(), cells.end(), others.begin(), others.end(), [](const Row::Cell& cell, const Row::Cell& other) {
        return cell.second.storage().index() == other.second.storage().index() && cell.first == other.first;
      });
}

NumberRows::NumberRows(const std::vector<Row::Cell>& cells)
    : cells_(std::make_shared<const std::vector<Row::Cell>>(cells)),
      cells_bytes_(pending_bytes(*cells_)),
      most_rows_(rows_of_a_write(cells)) {}

NumberRows NumberRows::more() const {
  NumberRows rows;
  rows.cells_ = cells_;
  rows.most_rows_ = most_rows_;
  return rows;
}

void NumberRows::add(const Stamp& stamp, const std::vector<Row::Cell>& cells) {
  make_room(stamps_, 1, most_rows_);
  make_room(numbers_, cells.size(), most_rows_ * cells.size());
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
  const std::uint64_t* bits = numbers_.data() + row * cells.size();
  for (Row::Cell& cell : cells) {
    with_number(cell.second.storage(), [&](auto& number) { std::memcpy(&number, bits, sizeof(number)); });
    ++bits;
  }
}

std::int64_t NumberRows::bytes() const {
  constexpr std::int64_t kBlocks = 128;  // what the heap takes beside its four blocks
  return static_cast<std::int64_t>(sizeof(*this) + stamps_.capacity() * sizeof(Stamp) +
                                   numbers_.capacity() * sizeof(std::uint64_t)) +
         cells_bytes_ + kBlocks;
}

}  // namespace sconce
