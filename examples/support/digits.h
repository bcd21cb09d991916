#pragma once

#include <filesystem>
#include <string>

#include <torch/torch.h>

namespace example {

/// Handwritten digits, see examples/data/README.md.
struct Digits {
  torch::Tensor images;  ///< float [N,1,8,8] in [0,1]
  torch::Tensor labels;  ///< int64 [N]

  Digits to(torch::Device device) const { return {images.to(device), labels.to(device)}; }
};

/// Every third digit is for testing: the split needs no random numbers, so every program has the same one.
inline Digits load_digits(const std::filesystem::path& file, bool for_testing) {
  constexpr int64_t kCount = 1797;
  const auto records = torch::from_file(file.string(), false, kCount * 65, torch::kUInt8).view({kCount, 65});
  const auto is_test = torch::arange(kCount).remainder(3) == 0;
  const auto chosen = records.index({for_testing ? is_test : is_test.logical_not()});
  return {chosen.slice(1, 0, 64).to(torch::kFloat).div(16).view({-1, 1, 8, 8}),
          chosen.select(1, 64).to(torch::kLong)};
}

/// [N,1,8,8] to one logit a class, [N,10].
inline torch::nn::Sequential make_digits_net() {
  using namespace torch::nn;
  return Sequential({{"conv1", Conv2d(Conv2dOptions(1, 16, 3).padding(1))},
                     {"relu1", ReLU()},
                     {"conv2", Conv2d(Conv2dOptions(16, 32, 3).padding(1))},
                     {"relu2", ReLU()},
                     {"pool", MaxPool2d(2)},
                     {"flatten", Flatten()},
                     {"linear", Linear(32 * 4 * 4, 10)}});
}

/// Eight by eight pixels are a speck on a screen. Bands of a picture [...,H,W] become `times` as large.
inline torch::Tensor magnify(const torch::Tensor& images, int64_t times = 8) {
  return images.repeat_interleave(times, -1).repeat_interleave(times, -2);
}

}  // namespace example
