#pragma once

#include <stdexcept>
#include <string>
#include <utility>
#include <variant>

#include "store/media_json.h"

namespace sconce {

/// What an encoder hands to the committer: the files of an image, or in words why there are none. Not an
/// exception: of two threads that hold one, the last to let go frees it, and how the C++ library counts is hidden
/// from ThreadSanitizer.
using EncodedImage = std::variant<store::StoredImage, std::string>;

/// Throws std::runtime_error with the words.
inline store::StoredImage files_of(EncodedImage image) {
  if (const auto* why_not = std::get_if<std::string>(&image)) {
    throw std::runtime_error(*why_not);
  }
  return std::get<store::StoredImage>(std::move(image));
}

}  // namespace sconce
