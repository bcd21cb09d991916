#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

namespace sconce::store {

inline constexpr std::size_t kMostKept = std::size_t{1} << 20;  ///< bytes that a buffer keeps when it is emptied

/// Empties text that is used again. Keeps its memory, unless one large use has left more than others will want.
inline void clear_buffer(std::string& text) {
  if (text.capacity() > kMostKept) {
    std::string().swap(text);
  }
  text.clear();
}

/// Text of many small parts, in memory that is used again. Parts are written into room that was made before, where
/// a string would look for it at each of them.
class TextBuffer {
 public:
  void clear() {
    size_ = 0;
    if (bytes_.size() > kMostKept) {
      std::string().swap(bytes_);
    }
  }
  std::string_view view() const noexcept { return {bytes_.data(), size_}; }
  std::size_t size() const noexcept { return size_; }
  bool empty() const noexcept { return size_ == 0; }
  void cut(std::size_t size) noexcept { size_ = size; }

  /// Where `size` more bytes may be written; grow() takes what was.
  char* room(std::size_t size) {
    if (bytes_.size() - size_ < size) {
      bytes_.resize(2 * bytes_.size() + size);
    }
    return bytes_.data() + size_;
  }
  void grow(const char* end) noexcept { size_ = static_cast<std::size_t>(end - bytes_.data()); }
  void append(std::string_view text) { grow(std::copy(text.begin(), text.end(), room(text.size()))); }
  void append(char c) { append(std::string_view(&c, 1)); }

 private:
  std::string bytes_;  ///< the text, and room behind it
  std::size_t size_ = 0;
};

}  // namespace sconce::store
