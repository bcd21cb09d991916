#include <ATen/ATen.h>

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <utility>
#include <vector>

#include "sconce/ops.h"
#include "torch_ops/png_plan.h"

namespace sconce::ops {

std::vector<at::Tensor> encode_png(const at::Tensor& pixels) {
  const std::int64_t most = pictures_at_once(pixels);
  const at::Tensor images = pixels.dim() == 4 ? pixels : pixels.unsqueeze(0);
  const std::int64_t count = images.size(0);
  std::vector<at::Tensor> files;
  for (std::int64_t begin = 0; begin < count; begin += most) {
    const PngPlans plans = plan_png(images.narrow(0, begin, std::min(most, count - begin)));
    std::vector<std::int64_t> all(plans.pictures.size());
    std::iota(all.begin(), all.end(), 0);
    for (at::Tensor& file : encode_planned(plans, all)) files.push_back(std::move(file));
  }
  return files;
}

}  // namespace sconce::ops
