#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>

#include "torch_ops/host_copy.h"

namespace sconce {

/// What a Histogram holds.
struct HistogramData {
  ops::HostCopy counts;
  ops::HostCopy edges;
  std::int64_t values = 0;  ///< how many were given

  /// The "histogram" cell; waits for the device.
  nlohmann::ordered_json json() const;
  bool is_deferred() const noexcept { return counts.is_deferred(); }
  std::int64_t bytes() const noexcept { return counts.bytes() + edges.bytes(); }
};

}  // namespace sconce
