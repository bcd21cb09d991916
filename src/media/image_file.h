#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace sconce::media {

/// Pillow's limit against decompression bombs, which wandb.Image inherits: larger images are refused.
constexpr std::int64_t kMaxPixels = 178'956'970;

struct ImageFileInfo {
  std::string kind;  ///< "png", "jpeg", "bmp", "gif" or "webp", by the bytes and not by the name
  std::int64_t width = 0;
  std::int64_t height = 0;
};

/// Says what image file these bytes are. A PNG is decoded whole; of the others the headers are read and the end is
/// looked for, so that a cut file is refused. Throws std::runtime_error that says why they are no image.
ImageFileInfo probe_image(const std::vector<std::uint8_t>& bytes);

}  // namespace sconce::media
