#include <ATen/ATen.h>
#include <torch/library.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>

#include "sconce/ops.h"

/// What the link option -u asks for, so that the linker takes this file out of the archive.
extern "C" void sconce_registered_ops();
extern "C" void sconce_registered_ops() {}

namespace sconce {
namespace {

template <typename Enum>
using Name = std::pair<std::string_view, Enum>;

constexpr Name<Mode> kModes[] = {{"Auto", Mode::Auto}, {"L", Mode::L},       {"LA", Mode::LA},
                                 {"RGB", Mode::RGB},   {"RGBA", Mode::RGBA}, {"I16", Mode::I16}};
constexpr Name<Range> kRanges[] = {{"Auto", Range::Auto}, {"Unit", Range::Unit},     {"Signed", Range::Signed},
                                   {"Byte", Range::Byte}, {"MinMax", Range::MinMax}, {"Wandb", Range::Wandb}};
constexpr Name<Layout> kLayouts[] = {{"Auto", Layout::Auto}, {"CHW", Layout::CHW}, {"HWC", Layout::HWC}};
constexpr Name<BoxFormat> kFormats[] = {
    {"XYXY", BoxFormat::XYXY}, {"XYWH", BoxFormat::XYWH}, {"CXCYWH", BoxFormat::CXCYWH}};

template <typename Enum, std::size_t count>
Enum named(const char* argument, const std::string& text, const Name<Enum> (&names)[count]) {
  std::string accepted;
  for (const auto& [name, value] : names) {
    if (name == text) return value;
    accepted.append(accepted.empty() ? "" : ", ").append(name);
  }
  TORCH_CHECK_VALUE(false, "expected ", argument, " to be one of ", accepted, ", got ", text);
}

/// A schema that returns Tensor promises memory of its own; the functions may return their input.
at::Tensor owned(const at::Tensor& result, const at::Tensor& input) {
  return result.is_alias_of(input) ? result.clone() : result;
}

// The dispatcher passes text by value. NOLINTNEXTLINE(performance-unnecessary-value-param)
at::Tensor to_pixels(const at::Tensor& image, std::string mode, std::string range, std::string layout) {
  return owned(ops::to_pixels(image, named("mode", mode, kModes), named("range", range, kRanges),
                              named("layout", layout, kLayouts)),
               image);
}

at::Tensor to_labels(const at::Tensor& mask) { return owned(ops::to_labels(mask), mask); }

// NOLINTNEXTLINE(performance-unnecessary-value-param): see above
at::Tensor to_xyxy(const at::Tensor& boxes, std::string format) {
  return owned(ops::to_xyxy(boxes, named("format", format, kFormats)), boxes);
}

at::Tensor make_grid(const at::Tensor& images, std::int64_t columns, std::int64_t padding) {
  return owned(ops::make_grid(images, columns, padding), images);
}

}  // namespace

TORCH_LIBRARY(sconce, m) {
  m.def("to_pixels(Tensor image, str mode='Auto', str range='Auto', str layout='Auto') -> Tensor", &to_pixels);
  m.def("to_labels(Tensor mask) -> Tensor", &to_labels);
  m.def("to_xyxy(Tensor boxes, str format) -> Tensor", &to_xyxy);
  m.def("make_grid(Tensor images, int columns=8, int padding=2) -> Tensor", &make_grid);
  m.def("histogram_counts(Tensor values, int bins=64) -> (Tensor, Tensor)", &ops::histogram_counts);
  m.def("encode_png(Tensor pixels) -> Tensor[]", &ops::encode_png);
}

}  // namespace sconce
