#include "store/layout.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <limits>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "store/json_text.h"

namespace sconce::store {
namespace {

const std::string kHash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

std::vector<std::string> parts_of(const std::string& path) {
  std::vector<std::string> parts;
  std::istringstream in(path);
  for (std::string part; std::getline(in, part, '/');) {
    parts.push_back(part);
  }
  return parts;
}

/// The longest name of the file that has the longest step and extension.
std::string longest_path(const std::string& key) {
  return media_path(kBoxesFolder, key, std::numeric_limits<std::int64_t>::min(), kHash, ".extension.json");
}

/// Relative, without a way up, and short enough for every file system.
void expect_safe(const std::string& key) {
  const std::string path = longest_path(key);
  EXPECT_LE(path.size(), 1000U) << key;
  EXPECT_EQ(path.compare(0, kBoxesFolder.size() + 1, std::string(kBoxesFolder) + "/"), 0) << path;
  for (const std::string& part : parts_of(path)) {
    EXPECT_LE(part.size(), 255U) << part;
    EXPECT_TRUE(!part.empty() && part != "." && part != "..") << path;
  }
  EXPECT_EQ(valid_utf8(path), path) << "cut inside a character";
}

// What wandb 0.28 makes of these keys.
TEST(KeyPath, FollowsTheRuleOfWandb) {
  EXPECT_EQ(key_path("img"), "img");
  EXPECT_EQ(key_path("val/img"), "val/img");
  EXPECT_EQ(key_path("/abs/img"), "abs/img");
  EXPECT_EQ(key_path("../up"), "__/up");
  EXPECT_EQ(key_path("a/../../b"), "a/__/__/b");
  EXPECT_EQ(key_path("./here"), "_/here");
  EXPECT_EQ(key_path("."), "_");
  EXPECT_EQ(key_path(".."), "__");
  EXPECT_EQ(key_path("a/.."), "a/__");
  EXPECT_EQ(key_path("a.b/..c/..."), "a.b/..c/...");
  EXPECT_EQ(key_path(" a b / c "), " a b / c ");
  EXPECT_EQ(key_path("q: what? *<|>\""), "q: what? *<|>\"");
  EXPECT_EQ(key_path("ärger/图"), "ärger/图");
  EXPECT_EQ(key_path("a\\b\\..\\c"), "a\\b\\..\\c");
}

TEST(KeyPath, DropsEmptyPartsButTheLast) {
  EXPECT_EQ(key_path("///a//b"), "a/b");
  EXPECT_EQ(key_path("a/"), "a/");
  EXPECT_EQ(key_path("/"), "");
}

TEST(KeyPath, NeverLeavesItsFolder) {
  for (const char* key :
       {"..", "../..", "/..", "//../x", "a/../..", "../", "./..", "/etc/passwd", "/", "//", "a//..//.."}) {
    expect_safe(key);
  }
}

TEST(KeyPath, KeepsPartsOfUsualLength) {
  const std::string part(180, 'x');
  EXPECT_EQ(key_path(part), part);
  EXPECT_EQ(key_path(part + "/" + part), part + "/" + part);
  EXPECT_NE(key_path(part + "x"), part + "x");
  expect_safe(part);
}

TEST(KeyPath, ShortensWhatFileSystemsRefuse) {
  std::string many_parts;
  for (int i = 0; i < 500; ++i) {
    many_parts += "part/" + std::to_string(i) + "/";
  }
  for (const std::string& key :
       {std::string(181, 'x'), std::string(5000, 'x'), std::string(255, 'x') + "/" + std::string(300, 'y'),
        many_parts, many_parts + "x", std::string(5000, '.'), "../" + std::string(5000, 'x'),
        std::string(180, 'x') + "/" + many_parts}) {
    expect_safe(key);
    EXPECT_LE(key_path(key).size(), 600U);
  }
}

TEST(KeyPath, KeepsTheBeginningOfAShortenedPartReadable) {
  const std::string path = key_path("train/" + std::string(300, 'x') + "/image");
  EXPECT_EQ(parts_of(path).size(), 3U);
  EXPECT_EQ(path.compare(0, 106, "train/" + std::string(100, 'x')), 0);
  EXPECT_EQ(path.substr(path.size() - 6), "/image");
}

TEST(KeyPath, KeepsUnlikeLongKeysUnlike) {
  std::set<std::string> paths;
  const std::string part(1000, 'x');
  std::string deep;
  for (int i = 0; i < 400; ++i) {
    deep += "part/";
  }
  const std::vector<std::string> keys = {part,         part + "x",           part + "y",        part + "/a",
                                         part + "x/a", "a/" + part,          "a/" + part + "b", deep + "a",
                                         deep + "b",   "other/" + deep + "a"};
  for (const std::string& key : keys) {
    paths.insert(key_path(key));
    EXPECT_EQ(key_path(key), key_path(key));
  }
  EXPECT_EQ(paths.size(), keys.size());
}

TEST(KeyPath, NeverCutsACharacter) {
  for (const std::string& character : {std::string("é"), std::string("图"), std::string("🔥")}) {
    for (std::size_t offset = 0; offset < character.size(); ++offset) {
      std::string key(offset, 'a');
      while (key.size() < 5000) {
        key += character;
      }
      expect_safe(key);
      EXPECT_NE(key_path(key).find('~'), std::string::npos);
    }
  }
}

TEST(MediaPath, NamesKeyStepAndHash) {
  EXPECT_EQ(media_path(kImageFolder, "val/img", 7, kHash, ".png"),
            "media/images/val/img_7_e3b0c44298fc1c149afb.png");
  EXPECT_EQ(media_path(kMaskFolder, "img", 0, kHash, ".mask.png"),
            "media/images/mask/img_0_e3b0c44298fc1c149afb.mask.png");
  EXPECT_EQ(media_path(kBoxesFolder, "img", -3, kHash, ".boxes2D.json"),
            "media/metadata/boxes2D/img_-3_e3b0c44298fc1c149afb.boxes2D.json");
}

TEST(MediaPath, SaysSummaryWhereThereIsNoStep) {
  EXPECT_EQ(media_path(kImageFolder, "best", std::nullopt, kHash, ""),
            "media/images/best_summary_e3b0c44298fc1c149afb");
}

TEST(MediaPath, NamesAFileBelowAKeyThatEndsWithASlash) {
  EXPECT_EQ(media_path(kImageFolder, "a/", 0, kHash, ".png"), "media/images/a/_0_e3b0c44298fc1c149afb.png");
}

class TimeZone {
 public:
  explicit TimeZone(const char* zone) {
    if (const char* before = std::getenv("TZ")) {
      before_ = before;
    }
    ::setenv("TZ", zone, 1);
    ::tzset();
  }
  ~TimeZone() {
    before_ ? ::setenv("TZ", before_->c_str(), 1) : ::unsetenv("TZ");
    ::tzset();
  }
  TimeZone(const TimeZone&) = delete;
  TimeZone& operator=(const TimeZone&) = delete;

 private:
  std::optional<std::string> before_;
};

TEST(RunDirectoryName, TellsLocalTimeAndId) {
  constexpr std::time_t kStart = 1'700'000'000;  // 2023-11-14 22:13:20 UTC
  {
    const TimeZone utc("UTC0");
    EXPECT_EQ(run_directory_name(kStart, "abcd1234"), "offline-run-20231114_221320-abcd1234");
  }
  const TimeZone tokyo("JST-9");
  EXPECT_EQ(run_directory_name(kStart, "x"), "offline-run-20231115_071320-x");
}

TEST(RandomRunId, IsEightLettersAndDigitsAndNeverTheSame) {
  std::set<std::string> ids;
  std::set<char> characters;
  for (int i = 0; i < 1000; ++i) {
    const std::string id = random_run_id();
    EXPECT_EQ(id.size(), 8U);
    EXPECT_EQ(id.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789"), std::string::npos) << id;
    ids.insert(id);
    characters.insert(id.begin(), id.end());
  }
  EXPECT_EQ(ids.size(), 1000U);
  EXPECT_EQ(characters.size(), 36U);
}

}  // namespace
}  // namespace sconce::store
