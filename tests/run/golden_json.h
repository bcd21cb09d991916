#pragma once

#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "sconce/image.h"
#include "sconce/run.h"

namespace sconce::test {

/// What today's wandb made of a case: json_cases.<name>.head of tests/golden/cases.json.
using Head = nlohmann::ordered_json;

/// A call that wandb answered, put to sconce.
struct JsonCase {
  const char* name;
  void (*log)(Run&);
  const char* reason = "";         ///< for a result that is not wandb's
  void (*amend)(Head&) = nullptr;  ///< makes wandb's result the one that is meant
};

const std::vector<JsonCase>& same_cases();        ///< the result is wandb's
const std::vector<JsonCase>& different_cases();   ///< the result is wandb's, amended
const std::vector<JsonCase>& refused_cases();     ///< wandb refuses too
const std::vector<JsonCase>& stricter_cases();    ///< wandb takes it, sconce refuses
const std::vector<JsonCase>& impossible_cases();  ///< there is no such call; only a reason

std::vector<std::string> case_names();
Head head_of(const std::string& name);

/// An image made of a file with these bytes and this extension ("" for none).
Image image_of_file(const std::string& bytes, const std::string& extension, ImageOptions options = {});
/// The file that wandb wrote, found by the beginning of its sha256. As an image it comes from that file, which is
/// kept as it is: sconce's own encoder makes other bytes of the same pixels.
std::string picture_bytes(std::string_view sha256_begin);
Image picture(std::string_view sha256_begin, ImageOptions options = {});
/// A grey PNG. Of one pixel it is Pillow's, byte for byte.
std::string grey_png(std::uint32_t width, std::uint32_t height, const std::vector<std::uint8_t>& pixels);

/// Rows, files and class labels of a finished run are those of head: the same keys in the same order, the same
/// values. Masks and boxes may differ in bytes; then they have the same pixels or the same boxes.
void expect_result(const std::filesystem::path& run, const Head& head);
/// There is no row, no file and no label.
void expect_nothing(const std::filesystem::path& run);

}  // namespace sconce::test
