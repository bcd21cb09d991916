#pragma once

#include <cstdint>

#include "sconce/classes.h"
#include "store/media_json.h"
#include "torch_ops/host_copy.h"

namespace sconce {

/// What a Mask holds.
struct MaskData {
  ops::HostCopy labels;   ///< uint8 [H,W]
  ops::HostCopy invalid;  ///< how many ids were not 0..255; only where the labels come from an accelerator
  std::int64_t height = 0;
  std::int64_t width = 0;
  Classes classes;

  /// The labels on the host. Throws c10::ValueError if an id was not one; on the CPU the constructor did.
  at::Tensor checked_labels() const;
  /// The names to publish: of the mask's own classes, else of fallback, else "class_<id>" of every id it holds.
  store::ClassNames class_names(const Classes& fallback) const;
  std::int64_t bytes() const noexcept { return labels.bytes() + invalid.bytes(); }
};

}  // namespace sconce
