#pragma once

#include <cstdint>
#include <initializer_list>
#include <map>
#include <memory>
#include <string>

namespace sconce {

/// Names of class ids, wandb's `class_labels`. Immutable and cheap to copy; safe to share between threads.
class Classes {
 public:
  /// Names for the ids 0, 1, 2, ... No names: layers that use it get "class_<id>" for the ids they hold.
  Classes(std::initializer_list<std::string> names = {});
  /// Names for ids that are not a range.
  explicit Classes(std::map<std::int64_t, std::string> names);

  bool empty() const noexcept { return names_ == nullptr || names_->empty(); }
  bool contains(std::int64_t id) const { return names_ != nullptr && names_->count(id) != 0; }
  const std::map<std::int64_t, std::string>& names() const;
  std::int64_t bytes() const noexcept { return bytes_; }  ///< for sconce's own sources: memory that the names take

 private:
  std::shared_ptr<const std::map<std::int64_t, std::string>> names_;
  std::int64_t bytes_ = 0;
};

}  // namespace sconce
