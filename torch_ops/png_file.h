#pragma once

#include <ATen/ATen.h>

#include <cstdint>

#include "torch_ops/png_plan.h"

namespace sconce::ops {

constexpr std::int64_t kStreamHeaderBits = 16;

/// bits: of the blocks, behind the stream's header.
std::int64_t png_file_size(std::int64_t bits);

/// A file, uint8 on the CPU. words: the picture's packed symbols from the stream's begin on; where the headers and
/// ends of blocks are to be there are zeros.
at::Tensor png_file(const png::Header& header, const PngPlan& plan, const std::int64_t* words);

}  // namespace sconce::ops
