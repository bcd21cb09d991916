#pragma once

#include <cstdint>

#include "torch_ops/png_plan.h"

namespace sconce::ops {

constexpr std::int64_t kStreamHeaderBits = 16;

/// What a file has before the stream and behind its blocks.
constexpr std::int64_t kBytesBeforeStream = 41;
constexpr std::int64_t kBytesBehindBlocks = 20;

/// bits: of the blocks, behind the stream's header.
std::int64_t png_file_size(std::int64_t bits);

/// Makes a file around a picture's packed symbols, where they are. stream: where it begins, with room before it
/// and behind it; where its header and the headers and ends of blocks are to be there are zeros.
void finish_png_file(const png::Header& header, const PngPlan& plan, std::uint8_t* stream);

}  // namespace sconce::ops
