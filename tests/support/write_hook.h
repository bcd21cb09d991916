#pragma once

#include <sys/types.h>

#include <cstddef>
#include <functional>

namespace sconce::test {

/// While it lives, write() of this process is the function that it is given. For that an executable that links
/// write_hook.cpp has a write() of its own, which comes before the system's.
class WriteHook {
 public:
  using Write = std::function<ssize_t(int file, const void* bytes, std::size_t size)>;

  explicit WriteHook(Write write);
  ~WriteHook();
  WriteHook(const WriteHook&) = delete;
  WriteHook& operator=(const WriteHook&) = delete;
};

/// The system's write().
ssize_t system_write(int file, const void* bytes, std::size_t size);

}  // namespace sconce::test
