#pragma once

#include <vector>

#include "sconce/image.h"

namespace sconce {

/// An image with its layers as bytes, for another process of the same program. Waits for a device. Throws
/// c10::ValueError that names the layer if the values of one, from an accelerator, cannot be.
std::vector<char> to_message(const Image& image);
Image from_message(const std::vector<char>& message);

}  // namespace sconce
