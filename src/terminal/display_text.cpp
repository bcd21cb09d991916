#include "terminal/display_text.h"

#include <fmt/format.h>
#include <locale.h>
#include <wchar.h>
#include <wctype.h>

namespace sconce::terminal {
namespace {

/// Lets the C library read UTF-8 on this thread, whatever locale the program is in.
class Utf8Locale {
 public:
  Utf8Locale() {
    for (const char* name : {"C.UTF-8", "UTF-8", "en_US.UTF-8"}) {
      if (locale_ = ::newlocale(LC_CTYPE_MASK, name, nullptr); locale_ != nullptr) {
        before_ = ::uselocale(locale_);
        return;
      }
    }
  }
  ~Utf8Locale() {
    if (locale_ != nullptr) {
      ::uselocale(before_);
      ::freelocale(locale_);
    }
  }
  Utf8Locale(const Utf8Locale&) = delete;
  Utf8Locale& operator=(const Utf8Locale&) = delete;

 private:
  locale_t locale_ = nullptr;
  locale_t before_ = nullptr;
};

/// Turns the text that follows around: what is seen is no more what is there.
bool changes_direction(wchar_t code) {
  return (code >= 0x202a && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069);
}

Character first_of(std::string_view text) {
  Character character;
  std::mbstate_t state{};
  const std::size_t size = ::mbrtowc(&character.code, text.data(), text.size(), &state);
  if (size > text.size()) {  // no character, or half of one
    character.bytes = text.substr(0, 1);
    return character;
  }
  character.bytes = text.substr(0, size == 0 ? 1 : size);  // 0: NUL
  character.columns = ::wcwidth(character.code);
  character.is_printable = character.columns >= 0 && ::iswprint(static_cast<wint_t>(character.code)) != 0 &&
                           !changes_direction(character.code);
  return character;
}

std::string escape(const Character& character) {
  switch (character.bytes.front()) {
    case '\n':
      return "\\n";
    case '\r':
      return "\\r";
    case '\t':
      return "\\t";
    default:
      break;
  }
  constexpr wchar_t kFourDigits = 0xffff;
  if (character.bytes.size() == 1) {
    return fmt::format("\\x{:02x}", static_cast<unsigned char>(character.bytes.front()));
  }
  return character.code <= kFourDigits ? fmt::format("\\u{:04x}", static_cast<wint_t>(character.code))
                                       : fmt::format("\\U{:08x}", static_cast<wint_t>(character.code));
}

}  // namespace

void for_each_character(std::string_view text, const std::function<void(const Character&)>& visit) {
  const Utf8Locale utf8;
  while (!text.empty()) {
    const Character character = first_of(text);
    visit(character);
    text.remove_prefix(character.bytes.size());
  }
}

std::string printable(std::string_view text) {
  std::string out;
  for_each_character(text, [&](const Character& character) {
    if (character.is_printable) {
      out += character.bytes;
    } else {
      out += escape(character);
    }
  });
  return out;
}

std::size_t columns_of(std::string_view text) {
  std::size_t columns = 0;
  for_each_character(text, [&](const Character& character) {
    columns += character.is_printable ? static_cast<std::size_t>(character.columns) : 0;
  });
  return columns;
}

std::string cut(std::string_view text, std::size_t columns) {
  constexpr std::string_view kDots = "...";
  if (columns_of(text) <= columns) {
    return std::string(text);
  }
  if (columns <= kDots.size()) {
    return std::string(kDots.substr(0, columns));
  }
  std::string out;
  std::size_t used = kDots.size();
  for_each_character(text, [&](const Character& character) {
    used += static_cast<std::size_t>(character.is_printable ? character.columns : 0);
    if (used <= columns) {
      out += character.bytes;
    }
  });
  out += kDots;
  return out;
}

}  // namespace sconce::terminal
