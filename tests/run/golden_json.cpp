#include "run/golden_json.h"

#include <gtest/gtest.h>
#include <zlib.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <set>
#include <stdexcept>
#include <utility>

#include "store/sha256.h"
#include "support/png_reader.h"
#include "support/run_reader.h"

namespace sconce::test {
namespace {

namespace fs = std::filesystem;

std::string hash(const std::string& bytes) { return store::sha256_hex(bytes.data(), bytes.size()); }

const Head& all_cases() {
  static const Head cases = Head::parse(read_text(fs::path(SCONCE_GOLDEN_DIR) / "cases.json")).at("json_cases");
  return cases;
}

const Head& picture_file(std::string_view sha256_begin) {
  for (const Head& golden : all_cases()) {
    for (const Head& file : golden.at("head").at("files")) {
      const std::string sha256 = file.at("sha256");
      if (file.contains("b64") && sha256.compare(0, sha256_begin.size(), sha256_begin) == 0) {
        return file;
      }
    }
  }
  throw std::out_of_range(std::string(sha256_begin));
}

std::string from_base64(const std::string& text) {
  static const std::string kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string bytes;
  std::uint32_t bits = 0;
  int count = 0;
  for (const char digit : text.substr(0, text.find('='))) {
    bits = bits << 6 | static_cast<std::uint32_t>(kDigits.find(digit));
    count += 6;
    if (count >= 8) {
      count -= 8;
      bytes += static_cast<char>(bits >> count & 0xff);
    }
  }
  return bytes;
}

std::string to_hex(const std::vector<std::uint8_t>& bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (const std::uint8_t byte : bytes) {
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

std::string big_endian(unsigned long number) {
  std::string bytes;
  for (int shift = 24; shift >= 0; shift -= 8) {
    bytes += static_cast<char>(number >> shift & 0xff);
  }
  return bytes;
}

std::string png_chunk(const std::string& name, const std::string& data) {
  const std::string named = name + data;
  const auto* bytes = reinterpret_cast<const Bytef*>(named.data());
  return big_endian(data.size()) + named + big_endian(crc32(0, bytes, static_cast<uInt>(named.size())));
}

/// wandb's other form of a position, as corners.
void to_corners(Head& position) {
  if (!position.contains("middle")) {
    return;
  }
  const double x = position.at("middle").at(0), width = position.at("width");
  const double y = position.at("middle").at(1), height = position.at("height");
  position = {
      {"minX", x - width / 2}, {"maxX", x + width / 2}, {"minY", y - height / 2}, {"maxY", y + height / 2}};
}

void expect_same_boxes(const std::string& actual, const Head& golden) {
  Head expected = Head::parse(golden.at("text").get<std::string>());
  for (Head& box : expected.at("box_data")) {
    to_corners(box.at("position"));
  }
  EXPECT_TRUE(Head::parse(actual) == expected) << actual << "\nis not\n" << expected;
}

void expect_same_labels(const std::string& actual, const Head& golden) {
  const DecodedPng png = decode_png({actual.begin(), actual.end()});
  EXPECT_EQ(png.channels, 1);
  EXPECT_EQ(png.bit_depth, 8);
  EXPECT_EQ(png.width, golden.at("width"));
  EXPECT_EQ(png.height, golden.at("height"));
  EXPECT_EQ(to_hex(png.pixels), golden.at("pixels_hex").get<std::string>());
}

bool is_layer(const Head& json) {
  const std::string type = json.is_object() ? json.value("_type", "") : "";
  return type == "mask" || type == "boxes2D";
}

/// Compares one finished run with one result.
class Comparison {
 public:
  Comparison(fs::path run, const Head& head) : run_(std::move(run)), head_(head) {}

  void rows() {
    const std::vector<Head> rows = read_rows(run_);
    const Head& expected = head_.at("history_rows");
    ASSERT_EQ(rows.size(), expected.size());
    for (std::size_t i = 0; i < rows.size(); ++i) {
      row(rows[i], expected[i], i);
    }
  }

  void files() {
    std::set<std::string> expected;
    for (const Head& file : head_.at("files")) {
      const std::string path = file.at("path");
      const auto renamed = renamed_.find(path);
      expected.insert(renamed == renamed_.end() ? path : renamed->second);
      if (renamed == renamed_.end()) {
        EXPECT_EQ(hash(read_text(run_ / "files" / path)), file.at("sha256").get<std::string>()) << path;
      }
    }
    const std::vector<std::string> actual = media_files(run_);
    EXPECT_EQ(std::set<std::string>(actual.begin(), actual.end()), expected);
  }

  /// wandb's core writes the keys of the config in no certain order.
  void labels() {
    const nlohmann::json expected = head_.value("config_wandb", Head::object());
    EXPECT_EQ(nlohmann::json(read_config(run_).at("_wandb")), expected);
  }

 private:
  void row(const Head& actual, const Head& expected, std::size_t index) {
    std::vector<std::string> keys, expected_keys = expected.at("order");
    for (const auto& cell : actual.items()) {
      keys.push_back(cell.key());
    }
    const auto user_keys = expected_keys.size() - 1;
    ASSERT_EQ(expected_keys.back(), "_timestamp");
    expected_keys.insert(expected_keys.end(), {"_runtime", "_step"});  // wandb's core adds them
    ASSERT_EQ(keys, expected_keys);
    EXPECT_EQ(actual.at("_step"), expected.at("step").is_null() ? Head(index) : expected.at("step"));
    for (std::size_t i = 0; i < user_keys; ++i) {
      Head cell = actual.at(keys[i]);
      const Head expected_cell = Head::parse(expected.at("items").at(keys[i]).get<std::string>());
      settle_layers(cell, expected_cell);
      EXPECT_EQ(cell.dump(), expected_cell.dump()) << keys[i];
    }
  }

  /// Where a mask or boxes have the golden content in other bytes, puts the golden file's name in their place.
  void settle_layers(Head& actual, const Head& expected) {
    if (is_layer(actual) && is_layer(expected)) {
      if (actual.at("sha256") != expected.at("sha256")) {
        settle_layer(actual, expected);
      }
    } else if (actual.is_array() && expected.is_array()) {
      for (std::size_t i = 0; i < std::min(actual.size(), expected.size()); ++i) {
        settle_layers(actual[i], expected[i]);
      }
    } else if (actual.is_object() && expected.is_object()) {
      for (const auto& [key, value] : expected.items()) {
        if (actual.contains(key)) {
          settle_layers(actual[key], value);
        }
      }
    }
  }

  void settle_layer(Head& actual, const Head& expected) {
    const std::string path = actual.at("path"), golden_path = expected.at("path");
    const std::string bytes = read_text(run_ / "files" / path);
    EXPECT_EQ(actual.at("sha256"), hash(bytes)) << path;
    EXPECT_EQ(actual.at("size"), bytes.size()) << path;
    const std::string golden_hash = expected.at("sha256").get<std::string>().substr(0, 20);
    const std::size_t at = golden_path.find(golden_hash);
    ASSERT_NE(at, std::string::npos) << golden_path;
    EXPECT_EQ(path, std::string(golden_path).replace(at, 20, hash(bytes), 0, 20));
    expected.at("_type") == "mask" ? expect_same_labels(bytes, golden_file(golden_path))
                                   : expect_same_boxes(bytes, golden_file(golden_path));
    renamed_[golden_path] = path;
    for (const char* key : {"sha256", "size", "path"}) {
      actual.at(key) = expected.at(key);
    }
  }

  const Head& golden_file(const std::string& path) const {
    for (const Head& file : head_.at("files")) {
      if (file.at("path") == path) {
        return file;
      }
    }
    throw std::out_of_range(path);
  }

  fs::path run_;
  const Head& head_;
  std::map<std::string, std::string> renamed_;
};

}  // namespace

std::vector<std::string> case_names() {
  std::vector<std::string> names;
  for (const auto& golden : all_cases().items()) {
    names.push_back(golden.key());
  }
  return names;
}

Head head_of(const std::string& name) { return all_cases().at(name).at("head"); }

Image image_of_file(const std::string& bytes, const std::string& extension, ImageOptions options) {
  const TemporaryFolder folder;
  const fs::path file = folder.path() / ("picture" + extension);
  std::ofstream(file, std::ios::binary) << bytes;
  return Image(file, std::move(options));
}

std::string picture_bytes(std::string_view sha256_begin) {
  return from_base64(picture_file(sha256_begin).at("b64"));
}

Image picture(std::string_view sha256_begin, ImageOptions options) {
  const std::string path = picture_file(sha256_begin).at("path");
  return image_of_file(picture_bytes(sha256_begin), fs::path(path).extension().string(), std::move(options));
}

std::string grey_png(std::uint32_t width, std::uint32_t height, const std::vector<std::uint8_t>& pixels) {
  std::string lines;
  for (std::uint32_t y = 0; y < height; ++y) {
    lines += '\0';
    lines.append(pixels.begin() + y * width, pixels.begin() + (y + 1) * width);
  }
  uLongf size = compressBound(static_cast<uLong>(lines.size()));
  std::string data(size, '\0');
  compress(reinterpret_cast<Bytef*>(data.data()), &size, reinterpret_cast<const Bytef*>(lines.data()),
           static_cast<uLong>(lines.size()));
  data.resize(size);
  const std::string header = big_endian(width) + big_endian(height) + std::string("\x08\0\0\0\0", 5);
  return "\x89PNG\r\n\x1a\n" + png_chunk("IHDR", header) + png_chunk("IDAT", data) + png_chunk("IEND", "");
}

void expect_result(const fs::path& run, const Head& head) {
  Comparison comparison(run, head);
  comparison.rows();
  comparison.files();
  comparison.labels();
}

void expect_nothing(const fs::path& run) {
  EXPECT_TRUE(read_rows(run).empty());
  EXPECT_EQ(media_files(run), std::vector<std::string>());
  EXPECT_EQ(read_config(run).at("_wandb"), Head::object());
}

}  // namespace sconce::test
