#include <ATen/ATen.h>

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "sconce/ops.h"
#include "torch_ops/png_turn.h"

namespace sconce::ops {
namespace {

constexpr std::int64_t kBytesOfTables = 8192;  ///< what a picture counts for at least

}  // namespace

std::vector<at::Tensor> encode_png(const at::Tensor& pixels) {
  const std::int64_t size = std::max(png_format(pixels).padded_size(), kBytesOfTables);
  const at::Tensor images = pixels.dim() == 4 ? pixels : pixels.unsqueeze(0);
  std::vector<at::Tensor> files;
  PngTurns turns;
  turns.pictures = images.size(0);
  turns.in_turn = std::max<std::int64_t>(1, kBytesInTurn / size);
  turns.pixels = [&](std::int64_t begin, std::int64_t count) { return images.narrow(0, begin, count); };
  turns.choose = all_pictures;
  turns.take = [&](std::int64_t, PngTurn& turn) {
    for (at::Tensor& file : turn.files()) files.push_back(std::move(file));
  };
  encode_in_turns(turns);
  return files;
}

}  // namespace sconce::ops
