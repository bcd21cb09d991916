#include "store/json_text.h"

#include <fmt/compile.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <nlohmann/json.hpp>

namespace sconce::store {
namespace {

using nlohmann::ordered_json;

/// How many bytes the UTF-8 character takes that text begins with, by the Unicode standard's table 3-7; 0 if it
/// begins with none.
std::size_t character_size(std::string_view text) {
  const auto in = [&](std::size_t place, unsigned low, unsigned high) {
    return place < text.size() && static_cast<unsigned char>(text[place]) >= low &&
           static_cast<unsigned char>(text[place]) <= high;
  };
  const auto lead = static_cast<unsigned char>(text.front());
  if (lead < 0x80) {
    return 1;
  }
  if (lead >= 0xc2 && lead <= 0xdf) {
    return in(1, 0x80, 0xbf) ? 2 : 0;
  }
  if (lead >= 0xe0 && lead <= 0xef) {
    const bool second = in(1, lead == 0xe0 ? 0xa0 : 0x80, lead == 0xed ? 0x9f : 0xbf);
    return second && in(2, 0x80, 0xbf) ? 3 : 0;
  }
  if (lead >= 0xf0 && lead <= 0xf4) {
    const bool second = in(1, lead == 0xf0 ? 0x90 : 0x80, lead == 0xf4 ? 0x8f : 0xbf);
    return second && in(2, 0x80, 0xbf) && in(3, 0x80, 0xbf) ? 4 : 0;
  }
  return 0;
}

bool needs_escapes(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\'; });
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// What YAML cannot hold beyond what JSON escapes: DEL, the C1 controls, U+FFFE and U+FFFF, which are unprintable,
/// and U+2028 and U+2029, which end lines in YAML 1.1.
std::string escape_unprintable(const std::string& json) {
  std::string out;
  out.reserve(json.size());
  for (std::size_t i = 0; i < json.size(); ++i) {
    const auto byte = static_cast<unsigned char>(json[i]);
    const auto next = i + 1 < json.size() ? static_cast<unsigned char>(json[i + 1]) : 0U;
    if (byte == 0x7f) {
      out += "\\u007f";
    } else if (byte == 0xc2 && next < 0xa0) {
      fmt::format_to(std::back_inserter(out), "\\u{:04x}", next);
      ++i;
    } else if (byte == 0xef && next == 0xbf && i + 2 < json.size() &&
               static_cast<unsigned char>(json[i + 2]) >= 0xbe) {
      out += static_cast<unsigned char>(json[i + 2]) == 0xbe ? "\\ufffe" : "\\uffff";
      i += 2;
    } else if (json.compare(i, 2, "\xe2\x80") == 0 && i + 2 < json.size() && (json[i + 2] & 0xfe) == 0xa8) {
      out += (json[i + 2] & 1) == 0 ? "\\u2028" : "\\u2029";
      i += 2;
    } else {
      out += json[i];
    }
  }
  return out;
}

/// YAML finds a key by its colon, at most 1,024 characters on; a longer one has to be announced.
std::string yaml_key(const std::string& key) {
  constexpr std::size_t kLongestPlainKey = 1000;
  std::string text = escape_unprintable(to_text(key));
  return text.size() > kLongestPlainKey ? "? " + text : text;
}

void append_yaml(std::string& out, const ordered_json& json) {
  const char* separator = "";
  if (json.is_object()) {
    out += '{';
    for (const auto& [key, value] : json.items()) {
      out += separator + yaml_key(key) + ": ";
      append_yaml(out, value);
      separator = ", ";
    }
    out += '}';
  } else if (json.is_array()) {
    out += '[';
    for (const ordered_json& value : json) {
      out += separator;
      append_yaml(out, value);
      separator = ", ";
    }
    out += ']';
  } else if (json.is_number_float()) {
    append_double(out, json.get<double>());
  } else {
    out += escape_unprintable(to_text(json));
  }
}

const char* non_finite_name(double number) {
  return std::isnan(number) ? "NaN" : number > 0 ? "Infinity" : "-Infinity";
}

}  // namespace

std::size_t whole_characters(std::string_view text) {
  constexpr std::size_t kLongest = 4;
  for (std::size_t back = 1; back < kLongest && back <= text.size(); ++back) {
    const auto byte = static_cast<unsigned char>(text[text.size() - back]);
    if (byte < 0x80) {
      break;
    }
    if (byte >= 0xc0) {
      const std::size_t size = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
      return size > back ? text.size() - back : text.size();
    }
  }
  return text.size();
}

bool is_plain(std::string_view text) {
  bool plain = true;  // of all characters, without a way out: the compiler takes many at once
  for (const char c : text) {
    plain &= c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
  }
  return plain;
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t size = character_size(text);
    if (size == 0) {
      return false;
    }
    text.remove_prefix(size);
  }
  return true;
}

std::string valid_utf8(std::string_view text) {
  if (is_utf8(text)) {
    return std::string(text);
  }
  return nlohmann::json::parse(to_text(ordered_json(text))).get<std::string>();
}

char* write_double(char* out, double number) {
  if (!std::isfinite(number)) {
    return fmt::format_to(out, FMT_COMPILE("\"{}\""), non_finite_name(number));
  }
  char* const end = fmt::format_to(out, FMT_COMPILE("{}"), number);
  char* const whole_part_end = std::find_if_not(out + (*out == '-' ? 1 : 0), end, is_digit);
  if (whole_part_end != end && *whole_part_end == '.') {
    return end;
  }
  // A float stays a float for readers that tell 1 from 1.0, and YAML 1.1 wants the point before an exponent.
  constexpr std::string_view kFraction = ".0";
  std::copy_backward(whole_part_end, end, end + kFraction.size());
  std::copy(kFraction.begin(), kFraction.end(), whole_part_end);
  return end + kFraction.size();
}

void append_double(std::string& out, double number) {
  std::array<char, kLongestDouble> text;
  out.append(text.data(), write_double(text.data(), number));
}

std::string_view bare_word(std::string_view quoted) { return quoted.substr(1, quoted.size() - 2); }

void append_integer(std::string& out, std::int64_t number) {
  const fmt::format_int digits(number);
  out.append(digits.data(), digits.size());
}

void append_unsigned(std::string& out, std::uint64_t number) {
  const fmt::format_int digits(number);
  out.append(digits.data(), digits.size());
}

void append_string(std::string& out, std::string_view text) {
  if (is_plain(text) || (!needs_escapes(text) && is_utf8(text))) {
    out += '"';
    out += text;
    out += '"';
  } else {
    out += to_text(ordered_json(text));
  }
}

std::string to_text(const ordered_json& json) {
  return json.dump(-1, ' ', /*ensure_ascii=*/false, ordered_json::error_handler_t::replace);
}

ordered_json json_number(double number) {
  return std::isfinite(number) ? ordered_json(number) : ordered_json(non_finite_name(number));
}

std::string to_yaml_flow(const ordered_json& json) {
  std::string out;
  append_yaml(out, json);
  return out;
}

}  // namespace sconce::store
