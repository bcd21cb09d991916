#include "run/store_image.h"

#include <c10/util/Exception.h>
#include <fmt/format.h>

#include <memory>
#include <stdexcept>
#include <string_view>
#include <utility>

#include "store/json_text.h"
#include "store/layout.h"
#include "store/sha256.h"
#include "values/boxes_data.h"
#include "values/image_source.h"
#include "values/mask_data.h"

namespace sconce {
namespace {

store::StoredFile store_bytes(const ImageDestination& to, std::string_view folder, const void* bytes,
                              std::size_t size, const std::string& sha256, std::string_view extension) {
  store::StoredFile stored;
  to.write([&] { stored = to.directory.store_media(folder, to.key, to.step, bytes, size, sha256, extension); });
  return stored;
}

store::StoredFile store_media_file(const ImageDestination& to, std::string_view folder, const MediaFile& file,
                                   std::string_view extension) {
  const std::vector<std::uint8_t>& bytes = file.media.bytes;
  return store_bytes(to, folder, bytes.data(), bytes.size(), file.sha256, extension);
}

/// Adds what `layer` returns, or nothing if its values are refused: then the rest of the image is still worth
/// having.
template <typename Layer>
void add_layer(std::vector<store::StoredLayer>& layers, const ImageDestination& to, const char* kind,
               const std::string& name, const Layer& layer) {
  try {
    layers.push_back(layer());
  } catch (const c10::ValueError& error) {
    const std::string step = to.step ? fmt::format("step {}", *to.step) : "the summary";
    to.on_bad_layer(std::runtime_error(fmt::format("{} '{}' of '{}' at {} left out: {}", kind, name, to.key, step,
                                                   error.what_without_backtrace())));
  }
}

}  // namespace

store::StoredImage store_image(const Image& image, const ImageDestination& to) {
  const ImageOptions& options = image.options();
  const std::shared_ptr<const MediaFile> file = image.source().file(to.compression);
  store::StoredImage stored;
  stored.file = store_media_file(to, store::kImageFolder, *file, file->media.extension);
  stored.format = file->media.format;
  stored.width = file->media.width;
  stored.height = file->media.height;
  stored.caption = options.caption();
  stored.grouping = options.grouping();
  for (const auto& named : options.boxes()) {
    add_layer(stored.boxes, to, "boxes", named.first, [&] {
      const store::BoxGroup group = named.second.data().checked_group(options.classes());
      const std::string text = store::boxes_text(group);
      return store::StoredLayer{store::valid_utf8(named.first),
                                store_bytes(to, store::kBoxesFolder, text.data(), text.size(),
                                            store::sha256_hex(text.data(), text.size()), ".boxes2D.json"),
                                class_names(group)};
    });
  }
  for (const auto& named : options.masks()) {
    add_layer(stored.masks, to, "mask", named.first, [&] {
      const MaskData& mask = named.second.data();
      return store::StoredLayer{
          store::valid_utf8(named.first),
          store_media_file(to, store::kMaskFolder, encode_pixels(mask.checked_labels(), to.compression),
                           ".mask.png"),
          mask.class_names(options.classes())};
    });
  }
  return stored;
}

}  // namespace sconce
