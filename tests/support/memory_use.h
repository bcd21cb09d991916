#pragma once

#include <cstdint>
#include <fstream>

#if defined(__GLIBC__) && (__GLIBC__ > 2 || __GLIBC_MINOR__ >= 33)
#include <malloc.h>
#define SCONCE_TEST_HAS_MALLINFO2
#endif
#include <unistd.h>

namespace sconce::test {

/// Sanitizers bring an allocator of their own, which keeps what is freed.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kSanitized = true;
#else
constexpr bool kSanitized = false;
#endif

/// Bytes that malloc has handed out, of all threads; negative where it does not tell.
inline std::int64_t allocated_bytes() {
#ifdef SCONCE_TEST_HAS_MALLINFO2
  if (!kSanitized) {
    const struct mallinfo2 info = ::mallinfo2();
    return static_cast<std::int64_t>(info.uordblks + info.hblkhd);
  }
#endif
  return -1;
}

/// What the program takes of the machine's memory; negative where the system does not tell.
inline std::int64_t resident_bytes() {
  std::int64_t size = 0;
  std::int64_t resident = 0;
  std::ifstream statm("/proc/self/statm");
  return !kSanitized && statm >> size >> resident ? resident * ::sysconf(_SC_PAGESIZE) : -1;
}

}  // namespace sconce::test
