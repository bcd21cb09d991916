#pragma once

#include <ATen/ATen.h>

namespace sconce::ops {

/// ops::to_labels() and ops::invalid_labels() of a mask on an accelerator, for the price of one.
struct Labels {
  at::Tensor ids;      ///< uint8 [H,W]
  at::Tensor invalid;  ///< int64, no dimensions; undefined where the dtype rules such ids out
};

Labels labels_and_misfits(const at::Tensor& mask);

}  // namespace sconce::ops
