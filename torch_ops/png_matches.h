#pragma once

#include <ATen/ATen.h>

#include <cstdint>
#include <vector>

#include "png/deflate_symbols.h"
#include "torch_ops/png_filters.h"

namespace sconce::ops {

// What is written for a byte, as a number:
// - below 256, the byte itself;
// - kFirstMatch + length, a match of that many bytes that begins here;
// - kFirstDistance + 2^i, where the match that began a byte before is copied from: the i-th of png_distances();
// - from kFirstSilent on nothing, as a match covers it or a picture has ended. There are many such numbers: they
//   are counted without many threads meeting at one.
constexpr std::int64_t kFirstMatch = 256;
constexpr std::int64_t kMostMatch = png::kMaxMatch;
constexpr std::int64_t kFirstDistance = kFirstMatch + kMostMatch + 1;
constexpr std::int64_t kMostDistances = 5;
constexpr std::int64_t kFirstSilent = kFirstDistance + (1 << (kMostDistances - 1)) + 1;
constexpr std::int64_t kSilent = 128;
constexpr std::int64_t kPngSymbols = kFirstSilent + kSilent;

/// The distances of matches, at most kMostDistances: of a byte, and of one to four pixels.
std::vector<std::int64_t> png_distances(const PngFormat& format);

/// int32 [N*B,P]. Those of a band are numbered from kPngSymbols times its number on.
at::Tensor png_symbols(const FilteredBands& filtered, const PngFormat& format);

}  // namespace sconce::ops
