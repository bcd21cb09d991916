#pragma once

namespace sconce {

/// How hard a PNG is compressed. All of them keep every pixel.
enum class Compression {
  Fast,   ///< sconce's own encoder: about a gigabyte of pixels a second, photographs as small as libpng makes them
  Small,  ///< libpng's default, the size that Pillow makes, at about a hundredth of that speed
  None,   ///< not at all, for scratch disks
};

}  // namespace sconce
