#pragma once

#include <ATen/ATen.h>

#include <algorithm>
#include <cctype>
#include <string>
#include <string_view>
#include <utility>

namespace sconce::ops {

/// numpy's name of a dtype: what users write in their code, where c10 says "Float" and "Byte".
inline std::string dtype_name(at::ScalarType dtype) {
  constexpr std::pair<std::string_view, std::string_view> kNames[] = {
      {"Byte", "uint8"},
      {"Char", "int8"},
      {"Short", "int16"},
      {"Int", "int32"},
      {"Long", "int64"},
      {"Half", "float16"},
      {"Float", "float32"},
      {"Double", "float64"},
      {"ComplexHalf", "complex32"},
      {"ComplexFloat", "complex64"},
      {"ComplexDouble", "complex128"},
  };
  std::string name = c10::toString(dtype);
  for (const auto& [c10_name, numpy_name] : kNames) {
    if (name == c10_name) return std::string(numpy_name);
  }
  std::transform(name.begin(), name.end(), name.begin(),
                 [](unsigned char letter) { return static_cast<char>(std::tolower(letter)); });
  return name;
}

/// What a tensor is, for error messages: "float32 [5, 7, 2] on cuda:0".
inline std::string describe(const at::Tensor& tensor) {
  if (!tensor.defined()) return "an undefined tensor";
  std::string text = dtype_name(tensor.scalar_type()) + " [";
  for (const auto size : tensor.sizes()) text += (text.back() == '[' ? "" : ", ") + std::to_string(size);
  text += tensor.layout() == at::kStrided ? "]" : "] (not strided)";
  return text + " on " + tensor.device().str();
}

}  // namespace sconce::ops
