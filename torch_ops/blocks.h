#pragma once

#include <ATen/ATen.h>

#include <algorithm>
#include <cstdint>

namespace sconce::ops {

/// On the CPU pictures are worked on in parts that stay in the second level cache from one operation to the next.
/// Parts below ATen's grain size, 32768 elements, also leave the threads of a training alone.
constexpr std::int64_t kBlock = 32767;

/// Calls work(part of a, the same part of b) for all of both, which differ in nothing but the last dimension. It
/// is not cut, the others are, from the first one on. On an accelerator there is one part, since every operation
/// costs the caller a launch.
template <typename Work>
void in_blocks(const at::Tensor& a, const at::Tensor& b, const Work& work, std::int64_t dim = 0) {
  const std::int64_t size = std::max(a.numel(), b.numel());
  if (!a.is_cpu() || size <= kBlock || dim == a.dim() - 1) return work(a, b);
  const std::int64_t extent = a.size(dim);
  const std::int64_t most = std::max<std::int64_t>(1, kBlock / (size / extent));
  const std::int64_t parts = (extent + most - 1) / most;
  const std::int64_t step = (extent + parts - 1) / parts;  // parts of one size, but for the last
  for (std::int64_t at = 0; at < extent; at += step) {
    const std::int64_t length = std::min(step, extent - at);
    in_blocks(a.narrow(dim, at, length), b.narrow(dim, at, length), work, dim + 1);
  }
}

template <typename Work>
void in_blocks(const at::Tensor& tensor, const Work& work) {
  in_blocks(tensor, tensor, [&](const at::Tensor& part, const at::Tensor&) { work(part); });
}

}  // namespace sconce::ops
