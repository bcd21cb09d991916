#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "sconce/classes.h"
#include "store/media_json.h"
#include "torch_ops/host_copy.h"

namespace sconce {

/// What a group of Boxes holds.
struct BoxesData {
  std::int64_t count = 0;
  ops::HostCopy corners;  ///< [N,4], x0 y0 x1 y1
  ops::HostCopy labels;   ///< integers [N], or undefined
  std::vector<std::pair<std::string, ops::HostCopy>> scores;
  std::vector<std::string> captions;
  Classes classes;
  bool normalized = false;

  bool is_deferred() const noexcept;
  /// The boxes on the host, with names by their own classes or else by fallback. Throws c10::ValueError that names
  /// the first box whose values cannot be.
  store::BoxGroup checked_group(const Classes& fallback) const;
  std::int64_t bytes() const noexcept;
};

/// The names to publish for a group: those it was given, else "class_<id>" of every id it holds.
store::ClassNames class_names(const store::BoxGroup& group);

}  // namespace sconce
