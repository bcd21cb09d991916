// Text that libFuzzer makes up as key, value, layer, caption and class name: the JSON must be valid and say the
// same, and every path must stay below its folder.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "store/config.h"
#include "store/history.h"
#include "store/json_text.h"
#include "store/layout.h"
#include "store/media_json.h"
#include "store/sha256.h"

namespace {

using namespace sconce::store;
using nlohmann::ordered_json;

void require(bool condition, const char* what) {
  if (!condition) {
    std::fprintf(stderr, "%s\n", what);
    std::abort();
  }
}

/// The fuzzer's bytes in five pieces, divided by 0xff 0x00.
std::vector<std::string> pieces(const std::uint8_t* data, std::size_t size) {
  std::vector<std::string> texts(1);
  for (std::size_t i = 0; i < size; ++i) {
    if (i + 1 < size && data[i] == 0xff && data[i + 1] == 0 && texts.size() < 5) {
      texts.emplace_back();
      ++i;
    } else {
      texts.back() += static_cast<char>(data[i]);
    }
  }
  texts.resize(5);
  return texts;
}

/// One line of JSON that strict readers take.
ordered_json parsed(const std::string& line) {
  require(line.find('\n') == std::string::npos && line.find('\r') == std::string::npos, "more than a line");
  return ordered_json::parse(line);
}

void check_row(const std::string& key, const std::string& value, const ordered_json& media) {
  RowWriter row;
  row.begin();
  row.key(key);
  row.text(value);
  row.key("media");
  row.json(media);
  row.key("nested");
  row.begin_object();
  row.key(value);
  row.text(key);
  row.end_object();
  row.finish(1.5, 2.5, 3);
  require(row.line().back() == '\n', "no newline");
  const ordered_json json = parsed(std::string(row.line().substr(0, row.line().size() - 1)));
  require(json.at("_step") == 3, "another step");
  require(json.at("nested").at(valid_utf8(value)) == valid_utf8(key), "another nested value");
  require(key == "media" || key == "nested" || key[0] == '_' || json.at(valid_utf8(key)) == valid_utf8(value),
          "another value");
}

void check_path(const std::string& path, const std::string& folder) {
  require(path.compare(0, folder.size() + 1, folder + "/") == 0, "not in its folder");
  require(path.find('\0') == std::string::npos && path.find("//") == std::string::npos, "a path that is none");
  require(path.size() < 800, "a path that is too long");
  for (std::size_t begin = 0; begin < path.size();) {
    const std::size_t end = std::min(path.find('/', begin), path.size());
    const std::string part = path.substr(begin, end - begin);
    require(part != "." && part != "..", "a way out");
    require(part.size() <= 255, "a part that is too long");
    begin = end + 1;
  }
  require(valid_utf8(path) == path, "a path that JSON cannot hold");
}

void check_config(const std::string& key, const std::string& layer, const std::string& name) {
  Config config(ordered_json{{"text", name}});
  config.add_class_labels("mask/class_labels", key, layer, {{7, name}});
  const std::string text = config.text();
  const std::size_t first = text.find('\n');
  require(parsed("{" + text.substr(0, first) + "}").at("text").at("value") == valid_utf8(name), "another setting");
  const std::string wandb = text.substr(first + 1);
  require(wandb.find('\n') + 1 == wandb.size(), "more than a line a key");
  for (const char c : text)
    require(c == '\n' || static_cast<unsigned char>(c) >= 0x20, "a bare control character");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::vector<std::string> texts = pieces(data, size);
  const std::string& value = texts[1];
  const std::string sha256 = sha256_hex(data, size);
  StoredImage image;
  image.caption = texts[2];
  image.format = "png";
  image.masks = {{texts[3], {"path", sha256, 1}, {{0, texts[4]}}}};
  require(parsed(to_text(image_json(image))).at("caption") == valid_utf8(texts[2]), "another caption");
  parsed(to_text(images_json({image, image})));
  BoxGroup boxes;
  boxes.boxes = {{0, 0, 1, 1, 2, texts[2], {{texts[3], 0.5}}}};
  boxes.class_labels = {{2, texts[4]}};
  require(parsed(boxes_text(boxes)).at("class_labels").at("2") == valid_utf8(texts[4]), "another name");
  check_config(texts[0], texts[3], texts[4]);
  const std::string key = valid_utf8(texts[0]);
  require(valid_utf8(key) == key, "UTF-8 that is none");
  if (!key.empty() && key.find('\0') == std::string::npos) {
    check_path(media_path(kImageFolder, key, 5, sha256, ".png"), std::string(kImageFolder));
    check_path(media_path(kBoxesFolder, key, std::nullopt, sha256, ".boxes2D.json"), std::string(kBoxesFolder));
    check_row(key, value, image_json(image));
  }
  return 0;
}
