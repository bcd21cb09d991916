#pragma once

#include <exception>
#include <string>

#include <c10/util/Exception.h>

namespace example {

/// what(), for LibTorch's own errors without the stack trace they carry.
inline std::string message(const std::exception& error) {
  const auto* torch_error = dynamic_cast<const c10::Error*>(&error);
  return torch_error != nullptr ? torch_error->what_without_backtrace() : error.what();
}

}  // namespace example
