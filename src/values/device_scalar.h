#pragma once

#include <cstdint>
#include <utility>

#include "sconce/row.h"
#include "torch_ops/host_copy.h"

namespace sconce {

/// A one-element tensor that is on its way from an accelerator.
class DeviceScalar {
 public:
  explicit DeviceScalar(ops::HostCopy value) : value_(std::move(value)) {}
  /// The number; waits for the device.
  Value get() const { return Value(value_.get()); }
  std::int64_t bytes() const noexcept { return value_.bytes(); }

 private:
  ops::HostCopy value_;
};

}  // namespace sconce
