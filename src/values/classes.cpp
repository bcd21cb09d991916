#include "sconce/classes.h"

#include <utility>

namespace sconce {

Classes::Classes(std::initializer_list<std::string> names) {
  std::map<std::int64_t, std::string> by_id;
  for (const std::string& name : names) {
    by_id.emplace_hint(by_id.end(), static_cast<std::int64_t>(by_id.size()), name);
  }
  names_ = std::make_shared<const std::map<std::int64_t, std::string>>(std::move(by_id));
}

Classes::Classes(std::map<std::int64_t, std::string> names)
    : names_(std::make_shared<const std::map<std::int64_t, std::string>>(std::move(names))) {}

const std::map<std::int64_t, std::string>& Classes::names() const {
  static const std::map<std::int64_t, std::string> none;
  return names_ != nullptr ? *names_ : none;
}

}  // namespace sconce
