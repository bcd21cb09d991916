#pragma once

#include <cstddef>
#include <string>

namespace sconce::store {

/// Empties text that is used again. Keeps its memory, unless one large use has left more than others will want.
inline void clear_buffer(std::string& text) {
  constexpr std::size_t kMostKept = std::size_t{1} << 20;
  if (text.capacity() > kMostKept) {
    std::string().swap(text);
  }
  text.clear();
}

}  // namespace sconce::store
