#pragma once

namespace sconce {

/// How hard a PNG is compressed. All of them keep every pixel.
enum class Compression {
  Fast,   ///< about a gigabyte of pixels a second and core; photographs about as small as libpng makes them
  Small,  ///< at half that speed, photographs as small as libpng's default, which is Pillow's, makes them
  None,   ///< not at all, for scratch disks
};

}  // namespace sconce
