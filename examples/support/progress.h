#pragma once

#include <cstdint>
#include <cstdio>
#include <string>

#include <fmt/format.h>
#include <unistd.h>

namespace example {

/// One line on stderr that is written over and over. Where stderr is a file or a pipe only finish() writes.
class Progress {
 public:
  void show(const std::string& line) const {
    if (terminal_) {
      fmt::print(stderr, "\r\033[K{}", line);
    }
  }

  void finish(const std::string& line) const {
    show("");
    fmt::print(stderr, "{}\n", line);
  }

 private:
  const bool terminal_ = isatty(STDERR_FILENO) == 1;
};

/// "[#####---------------]"
inline std::string bar(std::int64_t done, std::int64_t all) {
  constexpr std::int64_t kWidth = 20;
  const std::int64_t full = kWidth * done / all;
  return fmt::format("[{:#<{}}{:-<{}}]", "", full, "", kWidth - full);
}

}  // namespace example
