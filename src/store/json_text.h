#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

namespace sconce::store {

/// Printable ASCII without the quote and the backslash: text that is valid everywhere and needs no escapes.
bool is_plain(std::string_view text);

bool is_utf8(std::string_view text);

/// text with every byte that is not UTF-8 replaced by U+FFFD.
std::string valid_utf8(std::string_view text);

/// The length of text without a character whose end is still to come.
std::size_t whole_characters(std::string_view text);

// The hot path: a row of numbers becomes text without a tree of nodes. Each appends one JSON value to out.

/// The shortest digits that read back as the same double, always with a point or an exponent. NaN and infinities
/// become the strings "NaN", "Infinity", "-Infinity", as wandb's API writes them: bare words are no JSON.
void append_double(std::string& out, double number);
inline constexpr std::size_t kLongestDouble = 32;
/// The same, of at most so many bytes, at `out`. Returns their end.
char* write_double(char* out, double number);
/// What W&B's log has for such a string of append_double(): the word alone.
std::string_view bare_word(std::string_view quoted);
void append_integer(std::string& out, std::int64_t number);
void append_unsigned(std::string& out, std::uint64_t number);
/// A JSON string; bytes that are not UTF-8 become U+FFFD.
void append_string(std::string& out, std::string_view text);

/// One line of JSON without spaces; bytes that are not UTF-8 become U+FFFD.
std::string to_text(const nlohmann::ordered_json& json);

/// The number, or the string that append_double() makes of a NaN or an infinity.
nlohmann::ordered_json json_number(double number);

/// JSON that every YAML reader takes for the same values: YAML 1.1 wants a point in a number with an exponent
/// (1e-07 is a string to PyYAML) and refuses raw control characters.
std::string to_yaml_flow(const nlohmann::ordered_json& json);

}  // namespace sconce::store
