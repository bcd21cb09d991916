#pragma once

#include <ATen/CPUGeneratorImpl.h>
#include <torch/torch.h>

namespace example {

enum SceneClass : int64_t { kGround, kDisc, kBox, kStripes, kSceneClasses };

struct Scenes {
  torch::Tensor images;  ///< float [N,3,S,S] in [0,1]
  torch::Tensor masks;   ///< int64 [N,S,S], the SceneClass of each pixel

  Scenes to(torch::Device device) const { return {images.to(device), masks.to(device)}; }
};

/// Shaded discs, flat boxes and striped patches on textured ground, one of each in a scene; later ones hide
/// earlier ones. A seed draws the same scenes every time.
inline Scenes draw_scenes(int64_t count, int64_t size, uint64_t seed) {
  const at::Generator generator = at::make_generator<at::CPUGeneratorImpl>(seed);
  const auto uniform = [&](double low, double high) {
    return torch::rand({count, 1, 1}, generator) * (high - low) + low;
  };
  const auto axis = (torch::arange(size) + 0.5) / size;
  const auto x = axis.view({1, 1, size});
  const auto y = axis.view({1, size, 1});

  const auto hills = torch::upsample_bilinear2d(torch::rand({count, 3, 5, 5}, generator), {size, size}, true);
  auto images = 0.2 + 0.4 * hills + 0.2 * torch::rand({count, 1, size, size}, generator);
  auto masks = torch::full({count, size, size}, kGround, torch::kLong);
  const auto paint = [&](const torch::Tensor& region, const torch::Tensor& light, SceneClass id) {
    const auto colour = torch::rand({count, 3, 1, 1}, generator);
    images = torch::where(region.unsqueeze(1), colour * light.unsqueeze(1), images);
    masks = masks.masked_fill(region, id);
  };

  {
    const auto dx = (x - uniform(0.2, 0.8)).abs();
    const auto dy = (y - uniform(0.2, 0.8)).abs();
    paint((dx < uniform(0.1, 0.2)).logical_and(dy < uniform(0.1, 0.2)), torch::ones_like(x), kBox);
  }
  {
    const auto distance = ((x - uniform(0.2, 0.8)).square() + (y - uniform(0.2, 0.8)).square()).sqrt();
    paint(distance < uniform(0.1, 0.2), 1 - 3 * distance, kDisc);
  }
  {
    const auto dx = x - uniform(0.2, 0.8);
    const auto dy = y - uniform(0.2, 0.8);
    const auto angle = uniform(0, 3.14);
    const auto u = dx * angle.cos() + dy * angle.sin();
    const auto v = dy * angle.cos() - dx * angle.sin();
    paint((u.abs() < uniform(0.1, 0.2)).logical_and(v.abs() < uniform(0.1, 0.2)),
          0.6 + 0.4 * (60 * u).sin().sign(), kStripes);
  }
  return {images, masks};
}

}  // namespace example
