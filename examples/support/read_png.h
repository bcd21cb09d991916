#pragma once

#include <filesystem>

#include <png.h>
#include <torch/torch.h>

namespace example {

/// Any PNG as grey: float [1,H,W] in [0,1].
inline torch::Tensor read_grey_png(const std::filesystem::path& file) {
  png_image png{};
  png.version = PNG_IMAGE_VERSION;
  TORCH_CHECK(png_image_begin_read_from_file(&png, file.c_str()) != 0, file.string(), ": ", png.message);
  png.format = PNG_FORMAT_GRAY;
  // Zeros: libpng lays transparent pixels over what the buffer holds.
  const auto pixels = torch::zeros({1, png.height, png.width}, torch::kUInt8);
  TORCH_CHECK(png_image_finish_read(&png, nullptr, pixels.data_ptr(), 0, nullptr) != 0, file.string(), ": ",
              png.message);
  return pixels.to(torch::kFloat).div(255);
}

}  // namespace example
