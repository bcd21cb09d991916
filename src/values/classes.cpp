#include "sconce/classes.h"

#include <utility>

namespace sconce {
namespace {

std::map<std::int64_t, std::string> by_id(std::initializer_list<std::string> names) {
  std::map<std::int64_t, std::string> classes;
  for (const std::string& name : names) {
    classes.emplace_hint(classes.end(), static_cast<std::int64_t>(classes.size()), name);
  }
  return classes;
}

}  // namespace

Classes::Classes(std::initializer_list<std::string> names) : Classes(by_id(names)) {}

Classes::Classes(std::map<std::int64_t, std::string> names) {
  constexpr std::size_t kNode = 96;
  for (const auto& name : names) {
    bytes_ += static_cast<std::int64_t>(kNode + name.second.capacity());
  }
  if (!names.empty()) {
    names_ = std::make_shared<const std::map<std::int64_t, std::string>>(std::move(names));
  }
}

const std::map<std::int64_t, std::string>& Classes::names() const {
  static const std::map<std::int64_t, std::string> none;
  return names_ != nullptr ? *names_ : none;
}

}  // namespace sconce
