#pragma once

#include <string>
#include <string_view>

namespace sconce::benchmarks {

/// What Google Benchmark leaves of the command line: [FOLDER OF PNG FILES] [--device=NAME].
struct Arguments {
  std::string folder;  ///< empty for made-up pictures
  std::string device = "cpu";

  Arguments(int argc, char** argv) {
    constexpr std::string_view kDevice = "--device=";
    for (int i = 1; i < argc; ++i) {
      const std::string_view argument = argv[i];
      if (argument.substr(0, kDevice.size()) == kDevice) {
        device = argument.substr(kDevice.size());
      } else {
        folder = argument;
      }
    }
  }
};

}  // namespace sconce::benchmarks
