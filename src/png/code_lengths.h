#pragma once

#include <cstddef>
#include <cstdint>

#include "png/bit_writer.h"

namespace sconce::png {

/// The lengths of the codes of an alphabet's first symbols.
struct Lengths {
  const std::uint8_t* lengths;
  std::size_t symbols;
};

/// The description of a block's two codes, behind the block's type (RFC 1951, 3.2.7). literals: 257 or more.
[[nodiscard]] BitWriter write_code_lengths(BitWriter writer, const Lengths& literals, const Lengths& distances);

}  // namespace sconce::png
