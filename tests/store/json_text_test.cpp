#include "store/json_text.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <nlohmann/json.hpp>
#include <random>

namespace sconce::store {
namespace {

using nlohmann::ordered_json;

std::string text_of(double number) {
  std::string out;
  append_double(out, number);
  return out;
}

std::string json_of(std::string_view text) {
  std::string out;
  append_string(out, text);
  return out;
}

void expect_round_trip(double number) {
  const std::string text = text_of(number);
  const double back = std::strtod(text.c_str(), nullptr);
  EXPECT_EQ(std::memcmp(&back, &number, sizeof number), 0) << text;
  const ordered_json json = ordered_json::parse(text);
  ASSERT_TRUE(json.is_number_float()) << text << " would be an integer to a reader";
  EXPECT_EQ(json.get<double>(), number) << text;
  const std::size_t point = text.find('.');
  ASSERT_NE(point, std::string::npos) << text << " is a string to YAML 1.1";
  EXPECT_TRUE(std::isdigit(static_cast<unsigned char>(text[point + 1]))) << text;
  EXPECT_LE(text.size(), 26U) << text << " is not the shortest";
}

TEST(AppendDouble, WritesTheShortestDigits) {
  EXPECT_EQ(text_of(0.1), "0.1");
  EXPECT_EQ(text_of(0.1F), "0.10000000149011612");
  EXPECT_EQ(text_of(1.0), "1.0");
  EXPECT_EQ(text_of(0.0), "0.0");
  EXPECT_EQ(text_of(-0.0), "-0.0");
  EXPECT_EQ(text_of(-2.5), "-2.5");
  EXPECT_EQ(text_of(123456789.0), "123456789.0");
  EXPECT_EQ(text_of(1e-07), "1.0e-07");
  EXPECT_EQ(text_of(-1e22), "-1.0e+22");
  EXPECT_EQ(text_of(1.5e300), "1.5e+300");
}

TEST(AppendDouble, ReadsBackAsTheSameDouble) {
  using limits = std::numeric_limits<double>;
  for (const double number :
       {limits::max(), limits::min(), limits::denorm_min(), limits::epsilon(), -limits::max(), 1.0 / 3.0,
        9007199254740993.0, 1e15, 1e16, 1e17, 123456.0, 1e100, 5e-324, 4.9e-5}) {
    expect_round_trip(number);
    expect_round_trip(-number);
  }
  std::mt19937_64 random(7);
  for (int i = 0; i < 20000; ++i) {
    const std::uint64_t bits = random();
    double number = 0;
    std::memcpy(&number, &bits, sizeof number);
    if (std::isfinite(number)) {
      expect_round_trip(number);
    }
    expect_round_trip(static_cast<double>(static_cast<float>(static_cast<std::int64_t>(bits))) * 1e-9);
  }
}

TEST(AppendDouble, WritesWhatJsonHasNoNumberForAsText) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  EXPECT_EQ(text_of(std::nan("")), "\"NaN\"");
  EXPECT_EQ(text_of(-std::nan("")), "\"NaN\"");
  EXPECT_EQ(text_of(kInfinity), "\"Infinity\"");
  EXPECT_EQ(text_of(-kInfinity), "\"-Infinity\"");
  EXPECT_EQ(json_number(std::nan("")), "NaN");
  EXPECT_EQ(json_number(-kInfinity), "-Infinity");
  EXPECT_EQ(json_number(0.5), 0.5);
}

TEST(AppendInteger, ReachesTheEndsOfItsRange) {
  std::string out = "x";
  append_integer(out, std::numeric_limits<std::int64_t>::min());
  append_integer(out, std::numeric_limits<std::int64_t>::max());
  append_unsigned(out, std::numeric_limits<std::uint64_t>::max());
  append_integer(out, 0);
  EXPECT_EQ(out,
            "x-9223372036854775808922337203685477580718446744073709551615"
            "0");
}

TEST(AppendString, EscapesWhatJsonMust) {
  EXPECT_EQ(json_of("plain text"), "\"plain text\"");
  EXPECT_EQ(json_of(""), "\"\"");
  EXPECT_EQ(json_of("say \"a\\b\""), R"("say \"a\\b\"")");
  EXPECT_EQ(json_of("\n\t\r\b\f"), R"("\n\t\r\b\f")");
  EXPECT_EQ(json_of(std::string_view("\0\x1f", 2)), R"("\u0000\u001f")");
  EXPECT_EQ(json_of("a/b"), "\"a/b\"");
}

TEST(AppendString, KeepsUtf8) { EXPECT_EQ(json_of("ü 图 🔥"), "\"ü 图 🔥\""); }

TEST(AppendString, ReadsBackEveryByteThatIsAscii) {
  std::string text;
  for (char c = 0; c >= 0 && c < 127; ++c) {
    text += c;
  }
  text += '\x7f';
  EXPECT_EQ(ordered_json::parse(json_of(text)).get<std::string>(), text);
}

TEST(AppendString, ReplacesWhatIsNotUtf8) {
  const std::string replacement = "\xEF\xBF\xBD";
  EXPECT_EQ(json_of("a\xff"
                    "b"),
            "\"a" + replacement + "b\"");
  EXPECT_EQ(json_of("\x80"), "\"" + replacement + "\"") << "a continuation without a beginning";
  EXPECT_EQ(json_of("a\xc3"), "\"a" + replacement + "\"") << "a beginning without an end";
  for (const char* text :
       {"\xc0\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xe2\x82", "\xfe\xff", "\xf0\x9f\x94x"}) {
    const std::string read = ordered_json::parse(json_of(text)).get<std::string>();
    EXPECT_NE(read.find(replacement), std::string::npos) << read;
  }
}

/// Calls back with all texts of up to four bytes that lie at the edges of what UTF-8 and JSON tell apart.
template <typename Callback>
void for_edge_texts(const Callback& callback) {
  const std::string bytes =
      "\x1f \"\\\x7f\x80\x8f\x90\x9f\xa0\xbf\xc1\xc2\xdf\xe0\xe1\xed\xef\xf0\xf1\xf4\xf5\xff";
  const std::size_t digits = bytes.size() + 1;
  for (std::size_t number = 0; number < digits * digits * digits * digits; ++number) {
    std::string text;
    for (std::size_t rest = number; rest > 0; rest /= digits) {
      if (rest % digits > 0) {
        text += bytes[rest % digits - 1];
      }
    }
    callback(text);
  }
}

TEST(AppendString, IsWhatTheJsonLibraryWrites) {
  for_edge_texts([](const std::string& text) { ASSERT_EQ(json_of(text), to_text(ordered_json(text))); });
}

TEST(IsUtf8, SaysWhatTheJsonLibrarySays) {
  for_edge_texts([](const std::string& text) {
    ASSERT_EQ(is_utf8(text), ordered_json::parse(to_text(ordered_json(text))) == text)
        << to_text(ordered_json(text));
  });
}

TEST(ValidUtf8, ChangesNothingButBadBytes) {
  EXPECT_EQ(valid_utf8("plain"), "plain");
  EXPECT_EQ(valid_utf8(""), "");
  EXPECT_EQ(valid_utf8("ü \"图\"\\ 🔥\n"), "ü \"图\"\\ 🔥\n");
  EXPECT_EQ(valid_utf8(std::string_view("a\0b", 3)), std::string("a\0b", 3));
  EXPECT_EQ(valid_utf8("a\xff"
                       "b"),
            "a\xEF\xBF\xBD"
            "b");
}

TEST(ToText, IsOneLineWithoutSpacesInGivenOrder) {
  const ordered_json json = {{"z", 1}, {"a", {1.5, nullptr, true}}, {"t", "two\nlines"}};
  EXPECT_EQ(to_text(json), R"({"z":1,"a":[1.5,null,true],"t":"two\nlines"})");
  EXPECT_EQ(to_text("\xff"), "\"\xEF\xBF\xBD\"");
}

TEST(ToYamlFlow, IsJsonWithThePointsThatYamlWants) {
  const ordered_json json = {{"lr", 1e-07}, {"big", 1e22}, {"n", 3}, {"list", {1.0, "1e-07", false, nullptr}}};
  const std::string text = to_yaml_flow(json);
  EXPECT_EQ(text, R"({"lr": 1.0e-07, "big": 1.0e+22, "n": 3, "list": [1.0, "1e-07", false, null]})");
  EXPECT_EQ(ordered_json::parse(text), json);
  EXPECT_EQ(to_yaml_flow(ordered_json::object()), "{}");
  EXPECT_EQ(to_yaml_flow(ordered_json::array()), "[]");
}

TEST(WholeCharacters, LeaveOutACharacterWhoseEndIsToCome) {
  EXPECT_EQ(whole_characters(""), 0U);
  EXPECT_EQ(whole_characters("abc"), 3U);
  EXPECT_EQ(whole_characters("a\xc3\xbc"), 3U);
  EXPECT_EQ(whole_characters("a\xc3"), 1U);
  EXPECT_EQ(whole_characters("\xe2\x82\xac"), 3U);
  EXPECT_EQ(whole_characters("\xe2\x82"), 0U);
  EXPECT_EQ(whole_characters("\xf0\x9f\x98\x80"), 4U);
  EXPECT_EQ(whole_characters("ab\xf0\x9f\x98"), 2U);
}

TEST(WholeCharacters, DoNotWaitForTheEndOfWhatIsNone) {
  EXPECT_EQ(whole_characters("a\x80\x80\x80\x80"), 5U) << "no beginning";
  EXPECT_EQ(whole_characters("\xc3\x80\x80"), 3U) << "too long";
}

// What PyYAML's reader refuses (its NON_PRINTABLE) or takes for the end of a line.
TEST(ToYamlFlow, EscapesWhatYamlCannotHold) {
  EXPECT_EQ(to_yaml_flow("\x7f"), R"("\u007f")");
  EXPECT_EQ(to_yaml_flow("\xc2\x80 \xc2\x9f"), R"("\u0080 \u009f")");
  EXPECT_EQ(to_yaml_flow("next\xc2\x85line"), R"("next\u0085line")");
  EXPECT_EQ(to_yaml_flow("\xef\xbf\xbe\xef\xbf\xbf"), R"("\ufffe\uffff")");
  EXPECT_EQ(to_yaml_flow("a \xe2\x80\xa8 b \xe2\x80\xa9 c"), R"("a \u2028 b \u2029 c")")
      << "line ends to YAML 1.1";
  EXPECT_EQ(to_yaml_flow({{"k\x7f", 1}}), R"({"k\u007f": 1})");
}

// Without the mark YAML finds no key of more than 1,024 characters.
TEST(ToYamlFlow, MarksLongKeys) {
  const std::string usual(500, 'k');
  const std::string longer(3000, 'k');
  EXPECT_EQ(to_yaml_flow(ordered_json::object({{usual, 1}})), "{\"" + usual + "\": 1}");
  EXPECT_EQ(to_yaml_flow(ordered_json::object({{"a", 1}, {longer, 1}})), "{\"a\": 1, ? \"" + longer + "\": 1}");
}

TEST(ToYamlFlow, KeepsOtherCharacters) {
  for (const char* text :
       {"\xc2\xa0", "\xc3\x80", "\xef\xbf\xbd", "\xef\xbe\xbf", "\xe2\x80\xa7", "\xe2\x80\xaa", "図", "🔥"}) {
    EXPECT_EQ(to_yaml_flow(text), "\"" + std::string(text) + "\"");
  }
}

}  // namespace
}  // namespace sconce::store
