#pragma once

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace sconce::media {

/// A place in the file that never passes its end: every read beyond it throws what the format says of a cut file.
class ByteCursor {
 public:
  ByteCursor(const std::vector<std::uint8_t>& bytes, std::size_t at, std::string cut_text)
      : bytes_(bytes), cut_text_(std::move(cut_text)) {
    skip(at);
  }

  std::size_t at() const { return at_; }
  std::uint32_t u8() { return little(1); }
  std::uint32_t u16() { return little(2); }
  std::uint32_t u24() { return little(3); }
  std::uint32_t u32() { return little(4); }
  std::uint32_t u16_big() {
    const std::uint32_t high = u8();
    return high << 8 | u8();
  }
  void skip(std::uint64_t count) {
    if (count > bytes_.size() - at_) throw std::runtime_error(cut_text_);
    at_ += static_cast<std::size_t>(count);
  }

 private:
  std::uint32_t little(int count) {
    const std::size_t from = at_;
    skip(static_cast<std::uint64_t>(count));
    std::uint32_t value = 0;
    for (int i = 0; i < count; ++i) value |= std::uint32_t{bytes_[from + i]} << 8 * i;
    return value;
  }

  const std::vector<std::uint8_t>& bytes_;
  std::size_t at_ = 0;
  std::string cut_text_;
};

}  // namespace sconce::media
