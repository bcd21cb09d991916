#pragma once

#include <ATen/ATen.h>

#include "torch_ops/png_filters.h"

namespace sconce::ops {

// What is written for a byte, as a number:
// - below 256, the byte itself;
// - 256 + length, a match that repeats the byte before it;
// - from kFirstSilent on nothing, as a match covers it or a picture has ended. There are many such numbers, so
// that
//   they can be counted without many threads meeting at one.
constexpr std::int64_t kFirstMatch = 256;
constexpr std::int64_t kMostMatch = 258;
constexpr std::int64_t kFirstSilent = kFirstMatch + kMostMatch + 1;
constexpr std::int64_t kSilent = 128;
constexpr std::int64_t kPngSymbols = kFirstSilent + kSilent;

/// int32 [N*B,P]. Those of a band are numbered from kPngSymbols times its number on.
at::Tensor png_symbols(const FilteredBands& filtered, const PngFormat& format);

}  // namespace sconce::ops
