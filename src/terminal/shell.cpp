#include "terminal/shell.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <system_error>

#include "terminal/display_text.h"

namespace sconce::terminal {
namespace {

namespace fs = std::filesystem;

bool is_plain(char c) {
  constexpr std::string_view kPlain = "_-./,:+@%";
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         kPlain.find(c) != std::string_view::npos;
}

std::string quoted(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  }
  return out + "'";
}

std::string escaped(std::string_view text) {
  std::string out = "$'";
  for_each_character(text, [&](const Character& character) {
    for (const char c : character.bytes) {
      if (!character.is_printable) {
        out += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
      } else if (c == '\'' || c == '\\') {
        out += {'\\', c};
      } else {
        out += c;
      }
    }
  });
  return out + "'";
}

}  // namespace

std::string shell_word(std::string_view text) {
  if (!text.empty() && std::all_of(text.begin(), text.end(), is_plain)) {
    return std::string(text);
  }
  return printable(text) == text ? quoted(text) : escaped(text);
}

std::string shortest_path(const fs::path& path) {
  std::error_code error;
  const char* const shell_folder = std::getenv("PWD");
  if (shell_folder == nullptr || !fs::equivalent(shell_folder, ".", error)) {
    return path.string();
  }
  const fs::path relative = path.lexically_relative(shell_folder);
  std::string text = relative.string();
  if (!text.empty() && text.front() == '-') {  // not an option
    text.insert(0, "./");
  }
  return text.empty() || text.size() >= path.string().size() ? path.string() : text;
}

}  // namespace sconce::terminal
