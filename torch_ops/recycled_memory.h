#pragma once

#include <ATen/ATen.h>

#include <cstddef>

namespace sconce::ops {

/// at::empty(sizes, options), contiguous. On the CPU large memory comes from tensors made here before that are
/// gone: its pages are there already, and nobody pays for fresh ones with each picture. Up to kMostRecycled bytes
/// are kept for the whole program, whichever thread makes a tensor and whichever drops it. Thread-safe.
at::Tensor empty_recycled(at::IntArrayRef sizes, const at::TensorOptions& options);

/// A copy of a CPU tensor in such memory, in the tensor's own order if that is dense, else contiguous. Made by the
/// calling thread alone.
at::Tensor copy_recycled(const at::Tensor& tensor);

constexpr std::size_t kMostRecycled = std::size_t{64} << 20;

/// How much is kept at the moment.
std::size_t recycled_bytes();

}  // namespace sconce::ops
