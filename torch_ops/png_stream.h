#pragma once

#include <ATen/ATen.h>

#include <cstdint>
#include <vector>

#include "torch_ops/png_code.h"
#include "torch_ops/png_format.h"

namespace sconce::ops {

// What happens to the symbols of pictures, on their device. Nothing here waits for it.

/// Two sums over each of the streams, int64 [N,2] below 2^62: of the bytes, and of the bytes times their distance
/// from the end, that of the last one being 1. Both are right modulo 65521. streams: uint8 [N,P], P in whole
/// kPngBlocks. size: of a stream without the zeros behind it.
at::Tensor adler_sums(const at::Tensor& streams, std::int64_t size);

/// How often they come in each band, int32 [bands,png::kLengthSymbols + distances]. symbols: as png_symbols()
/// makes them.
at::Tensor count_symbols(const at::Tensor& symbols, std::int64_t distances);

/// Where and how a band is written.
struct PlacedBand {
  const BandCode* code;
  std::int64_t begin;  ///< the first bit behind the header
};

/// Words of 64 bits, filled from the lowest bit up: the symbols of bands, with room between them. symbols: of as
/// many bands as there are in `bands`, numbered as these are in `codes`, those of all bands that were counted
/// together.
at::Tensor pack_symbols(const at::Tensor& symbols, const std::vector<const BandCode*>& codes,
                        const std::vector<std::int64_t>& distances, const std::vector<PlacedBand>& bands,
                        std::int64_t words);

}  // namespace sconce::ops
