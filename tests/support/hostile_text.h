#pragma once

#include <random>
#include <string>
#include <string_view>

namespace sconce::test {

/// Text that has hurt loggers before, put together at random, without NUL. One seed, one sequence.
class HostileText {
 public:
  explicit HostileText(unsigned seed) : random_(seed) {}

  std::string next() {
    std::string text;
    for (auto i = random_() % 6; i > 0; --i) {
      text += piece();
    }
    return random_() % 100 == 0 ? text + std::string(random_() % 20'000, text.empty() ? 'a' : text.front()) : text;
  }
  /// Not empty.
  std::string next_key() { return "k" + next(); }
  unsigned number() { return static_cast<unsigned>(random_()); }

 private:
  std::string piece() {
    static constexpr std::string_view kPieces[] = {"../",
                                                   "..",
                                                   ".",
                                                   "/",
                                                   "//",
                                                   "/etc/passwd",
                                                   "~",
                                                   "\\",
                                                   "..\\",
                                                   "C:\\",
                                                   "</script>",
                                                   "<!--",
                                                   "\"",
                                                   "'",
                                                   "`",
                                                   "\n",
                                                   "\r\n",
                                                   "\t",
                                                   "\x01",
                                                   "\x1b[31m",
                                                   "\x7f",
                                                   "%s%n",
                                                   "$(rm -rf .)",
                                                   "{",
                                                   "}",
                                                   "[",
                                                   ",",
                                                   ":",
                                                   "- ",
                                                   "#",
                                                   "? ",
                                                   "&a",
                                                   "*a",
                                                   "!!python/object",
                                                   "%YAML",
                                                   "---",
                                                   "...",
                                                   "null",
                                                   "NaN",
                                                   "_step",
                                                   "_wandb",
                                                   "__proto__",
                                                   "\xef\xbb\xbf",
                                                   "\xff",
                                                   "\xfe\xff",
                                                   "\xc3",
                                                   "\xa9",
                                                   "\xc0\xaf",
                                                   "\xed\xa0\x80",
                                                   "\xf4\x90\x80\x80",
                                                   "\xf0\x9f\x94\xa5",
                                                   "\xe2\x80\xa8",
                                                   "\xe2\x80\xae",
                                                   "\xef\xbf\xbe",
                                                   "\xc2\x85",
                                                   "CON",
                                                   ".png",
                                                   " ",
                                                   "media/images",
                                                   "summary",
                                                   "wandb-history.jsonl",
                                                   "_wandb_delimeter_",
                                                   "e\xcc\x81"};
    if (random_() % 3 == 0) {
      return std::string(1, static_cast<char>(1 + random_() % 255));
    }
    return std::string(kPieces[random_() % std::size(kPieces)]);
  }

  std::mt19937 random_;
};

}  // namespace sconce::test
