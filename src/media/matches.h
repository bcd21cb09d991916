#pragma once

#include <cstddef>
#include <cstdint>

namespace sconce::media {

/// `literals` bytes as they are, then `length` bytes that equal those `distance` before them.
struct Match {
  std::uint32_t literals;
  std::uint32_t length;  ///< may be longer than one DEFLATE match
  std::uint32_t distance;
};

/// Matches that cover a prefix of some bytes, in order; what comes behind the last is literals.
struct Matches {
  const Match* first = nullptr;
  const Match* last = nullptr;  ///< behind the last one
  std::size_t matched = 0;      ///< the sum of their lengths

  const Match* begin() const { return first; }
  const Match* end() const { return last; }
};

/// The most matches that any finder makes of so many bytes.
constexpr std::size_t max_matches(std::size_t size) { return size / 3 + 1; }

/// How far behind the end finders read. What lies there changes nothing.
constexpr std::size_t kMatchSlack = 32;

/// Into memory field by field: a Match made elsewhere and copied would wait for its own stores.
[[gnu::always_inline]] inline Match* put_match_at(Match* out, std::size_t literals, std::size_t length,
                                                  std::size_t distance) {
  out->literals = static_cast<std::uint32_t>(literals);
  out->length = static_cast<std::uint32_t>(length);
  out->distance = static_cast<std::uint32_t>(distance);
  return out + 1;
}

}  // namespace sconce::media
