#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace sconce::media {

/// A media file as it will lie on disk.
struct EncodedMedia {
  std::vector<std::uint8_t> bytes;
  std::string extension;  ///< with its dot, as it ends the file's name: ".png"; may be empty
  std::string format;     ///< wandb's "format": the extension without its dot
  std::int64_t width = 0;
  std::int64_t height = 0;
};

}  // namespace sconce::media
