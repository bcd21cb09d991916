#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <filesystem>

#include "support/run_reader.h"
#include "support/write_hook.h"

namespace sconce::test {

class FileTest : public testing::Test {
 protected:
  std::filesystem::path in_folder(const char* name) const { return folder_.path() / name; }
  std::size_t entries(const std::filesystem::path& folder) const {
    return static_cast<std::size_t>(
        std::distance(std::filesystem::directory_iterator(folder), std::filesystem::directory_iterator()));
  }

  TemporaryFolder folder_;
};

/// The errno of the filesystem_error that call throws, 0 for none.
template <typename Call>
int error_of(Call&& call) {
  try {
    call();
  } catch (const std::filesystem::filesystem_error& error) {
    EXPECT_FALSE(error.path1().empty());
    return error.code().value();
  }
  return 0;
}

/// A system that takes a byte or two at a time and is interrupted before each.
inline WriteHook interrupted_writes() {
  return WriteHook([is_interrupted = false](int file, const void* bytes, std::size_t size) mutable -> ssize_t {
    is_interrupted = !is_interrupted;
    if (is_interrupted) {
      errno = EINTR;
      return -1;
    }
    return system_write(file, bytes, std::min<std::size_t>(size, 2));
  });
}

}  // namespace sconce::test
