#include <fstream>
#include <iostream>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "same.h"
#include "sconce/ops.h"

namespace sconce {
namespace {

using nlohmann::json;

std::string contents(const std::string& name) {
  std::ifstream file(std::string(SCONCE_GOLDEN_DIR) + "/" + name, std::ios::binary);
  EXPECT_TRUE(file.is_open()) << name;
  return {std::istreambuf_iterator<char>(file), {}};
}

at::Tensor read(const std::string& name, at::ScalarType dtype, const std::vector<std::int64_t>& shape) {
  std::string data = contents(name);
  at::Tensor tensor = at::from_blob(data.data(), shape, at::TensorOptions(dtype)).clone();
  EXPECT_EQ(static_cast<std::size_t>(tensor.numel()) * tensor.element_size(), data.size()) << name;
  return tensor;
}

at::Tensor input_of(const json& test_case) {
  static const std::map<std::string, at::ScalarType> kDtypes = {
      {"bool", at::kBool},    {"uint8", at::kByte},    {"int8", at::kChar},
      {"int16", at::kShort},  {"int32", at::kInt},     {"int64", at::kLong},
      {"float16", at::kHalf}, {"float32", at::kFloat}, {"float64", at::kDouble}};
  const json& input = test_case.at("input");
  at::Tensor tensor = read(input.at("file"), kDtypes.at(input.at("dtype")), input.at("shape"));
  if (input.value("noncontig", false)) tensor = tensor.permute({1, 2, 0}).contiguous().permute({2, 0, 1});
  return tensor.requires_grad_(input.value("requires_grad", false));
}

std::optional<at::Tensor> image_of(const json& result) {
  if (!result.contains("image")) return std::nullopt;
  const json& image = result.at("image");
  const at::Tensor pixels = read(image.at("file"), at::kByte, image.at("shape"));
  return pixels.dim() == 2 ? pixels.unsqueeze(-1) : pixels;
}

Mode mode_of(const json& test_case) {
  static const std::map<std::string, Mode> kModes = {
      {"", Mode::Auto}, {"L", Mode::L}, {"LA", Mode::LA}, {"RGB", Mode::RGB}, {"RGBA", Mode::RGBA}};
  const json args = test_case.value("args", json::object());
  const auto mode = kModes.find(args.value("mode", ""));
  TORCH_CHECK_VALUE(mode != kModes.end(), "expected a mode of sconce::Mode");
  return mode->second;
}

bool is_torch(const json& test_case) { return test_case.at("given_as") == "torch"; }

at::Tensor head_pixels(const json& test_case) {
  return ops::to_pixels(input_of(test_case), mode_of(test_case), Range::Wandb,
                        is_torch(test_case) ? Layout::CHW : Layout::HWC);
}

/// v0.10.14 for arrays: stretched if anything is negative, times 255 if nothing is above 1.
at::Tensor old_array_pixels(const json& test_case) {
  const at::Tensor values = input_of(test_case);
  Range range = Range::Byte;
  if (values.numel() > 0) {
    const bool negative = values.to(at::kDouble).min().lt(0).item<bool>();
    const bool in_unit = values.to(at::kDouble).max().le(1).item<bool>();
    range = negative ? Range::MinMax : in_unit ? Range::Unit : Range::Byte;
  }
  return ops::to_pixels(values, mode_of(test_case), range, Layout::HWC);
}

/// v0.10.14 for tensors: the whole batch stretched, grey repeated to colour, one grid.
at::Tensor old_tensor_pixels(const json& test_case) {
  at::Tensor images = input_of(test_case);
  if (images.dim() == 3) images = images.unsqueeze(0);
  TORCH_CHECK_VALUE(images.dim() == 4 && images.numel() > 0, "expected a batch");
  const at::Tensor one = images.permute({1, 0, 2, 3}).reshape({images.size(1), -1, images.size(3)});
  const Mode mode = images.size(1) == 1 ? Mode::RGB : Mode::Auto;
  const at::Tensor pixels = ops::to_pixels(one, mode, Range::MinMax, Layout::CHW);
  const at::Tensor batch = pixels.reshape({images.size(0), images.size(2), images.size(3), pixels.size(2)});
  return ops::make_grid(batch.permute({0, 3, 1, 2})).permute({1, 2, 0});
}

at::Tensor old_pixels(const json& test_case) {
  return is_torch(test_case) ? old_tensor_pixels(test_case) : old_array_pixels(test_case);
}

/// Where sconce means to differ from wandb: why, and the cases.
using Differences = std::vector<std::pair<const char*, std::vector<std::string>>>;

const Differences kHeadDifferences = {
    {"two channels are LA", {"sh_hwc2", "t_c2"}},
    {"batches are read, picture by picture", {"sh_nhwc3", "t_n2_c3", "t_n3_c1", "t_n1_c3"}},
    {"a dimension of one is not squeezed: it is a row, a column or the channel of the stated layout",
     {"sh_1hw", "sh_1x1x1", "sh_1x1x3", "sh_1x1x4", "sh_1x5x3", "sh_5x1x3", "t_111", "t_311", "t_3x5x1"}},
    {"one dimension is no picture", {"sh_1d3", "sh_1d4"}},
    {"the modes P and 1 do not exist", {"mode_P_hw", "mode_1_hw"}},
    {"normalize=False wraps around; Range::Byte clips", {"nonorm_u8_01", "nonorm_i16_wrap"}},
    {"file_type is not a matter of pixels", {"ft_gif", "ft_PNG"}},
};

const Differences kOldDifferences = {
    {"integers do not overflow in the stretch", {"i8_full", "i16_full", "i32_extreme"}},
    {"half is stretched in float32", {"f16_m11"}},
    {"only finite values are stretched", {"f32_bothinf", "t_nan"}},
    {"a constant picture is not black", {"t_const", "t_111"}},
    {"every dtype is read", {"t_u8", "t_u8_c1", "t_i64", "t_i32_neg", "t_bool", "t_f16"}},
    {"two channels are LA", {"sh_hwc2"}},
    {"batches are read, picture by picture", {"sh_nhwc3"}},
    {"a dimension of one is not squeezed: it is a row, a column or the channel of the stated layout",
     {"sh_1hw", "sh_1x1x1", "sh_1x1x3", "sh_1x1x4", "sh_1x5x3", "sh_5x1x3"}},
    {"a stated mode converts, it does not reinterpret", {"mode_L_c3", "mode_RGB_hw", "mode_RGBA_c3"}},
    {"the modes P and 1 do not exist", {"mode_P_hw", "mode_1_hw"}},
};

testing::AssertionResult outcome(const std::optional<at::Tensor>& actual,
                                 const std::optional<at::Tensor>& expected) {
  if (actual && expected) return same(*actual, *expected);
  if (actual) return testing::AssertionFailure() << "wandb refuses it, sconce gives " << actual->sizes();
  if (expected) return testing::AssertionFailure() << "sconce refuses it, wandb gives " << expected->sizes();
  return testing::AssertionSuccess();
}

/// Every case must give wandb's pixels, or be refused where wandb refuses, or be one of the differences.
void expect_golden(const std::string& version, at::Tensor (*pixels_of)(const json&),
                   const Differences& differences) {
  const json cases = json::parse(contents("cases.json")).at("pixel_cases");
  std::set<std::string> unmet;
  for (const auto& [reason, ids] : differences) unmet.insert(ids.begin(), ids.end());
  const std::size_t by_intent = unmet.size();
  int compared = 0, refused = 0, without = 0;
  for (const json& test_case : cases) {
    const std::string id = test_case.at("id");
    const json& result = test_case.at(version);
    if (result.contains("skipped")) {
      ++without;
      continue;
    }
    const std::optional<at::Tensor> expected = image_of(result);
    ASSERT_TRUE(expected || result.contains("error")) << id;
    std::optional<at::Tensor> actual;
    try {
      actual = pixels_of(test_case);
    } catch (const c10::ValueError&) {
    }
    const testing::AssertionResult agrees = outcome(actual, expected);
    if (unmet.erase(id) > 0) {
      EXPECT_FALSE(agrees) << id << " is listed as a difference and is none";
      continue;
    }
    EXPECT_TRUE(agrees) << id;
    ++(expected ? compared : refused);
  }
  for (const std::string& id : unmet) ADD_FAILURE() << id << " is listed as a difference and does not exist";
  std::cout << version << ": " << compared << " compared, " << refused << " refused, " << by_intent
            << " different by intent, " << without << " not in this version\n";
}

TEST(Golden, EqualsTodaysWandb) { expect_golden("head", head_pixels, kHeadDifferences); }

TEST(Golden, EqualsWandb0_10_14WhereMeaningsCoincide) { expect_golden("old", old_pixels, kOldDifferences); }

}  // namespace
}  // namespace sconce
