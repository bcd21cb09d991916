#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "sconce/compression.h"
#include "sconce/image.h"
#include "store/media_json.h"
#include "store/run_directory.h"

namespace sconce {

/// Where an image goes in a run, and what happens when the disk refuses.
struct ImageDestination {
  const store::RunDirectory& directory;
  std::string key;
  std::optional<std::int64_t> step;
  Compression compression = Compression::Fast;
  /// Calls the write it is given, as often as it sees fit.
  std::function<void(const std::function<void()>&)> write;
  /// Hears of a layer that is left out because its values, come from an accelerator, cannot be.
  std::function<void(const std::exception&)> on_bad_layer;
};

/// Encodes the image and its layers and writes their files. Throws what the encoder or `write` throws.
store::StoredImage store_image(const Image& image, const ImageDestination& destination);

}  // namespace sconce
