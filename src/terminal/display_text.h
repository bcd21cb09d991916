#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace sconce::terminal {

/// A piece of text as a terminal takes it: a character of UTF-8, or a byte that belongs to none.
struct Character {
  std::string_view bytes;
  wchar_t code = 0;
  int columns = 0;
  bool is_printable = false;  ///< it is shown, and moves or turns nothing else
};

void for_each_character(std::string_view text, const std::function<void(const Character&)>& visit);

/// Text that is shown as it is, on one line: what a terminal would obey, and bytes that are no UTF-8, become
/// escapes ("\n", "\x1b", "\u202e").
std::string printable(std::string_view text);

/// How wide printable text is.
std::size_t columns_of(std::string_view text);

/// Printable text in at most so many columns; what is cut off leaves "...".
std::string cut(std::string_view text, std::size_t columns);

}  // namespace sconce::terminal
