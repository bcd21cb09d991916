#pragma once

namespace sconce::test {

#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define SCONCE_UNDER_TSAN 1
#endif
#if __has_feature(address_sanitizer)
#define SCONCE_UNDER_ASAN 1
#endif
#endif
#if defined(__SANITIZE_THREAD__)
#define SCONCE_UNDER_TSAN 1
#endif
#if defined(__SANITIZE_ADDRESS__)
#define SCONCE_UNDER_ASAN 1
#endif

#ifdef SCONCE_UNDER_TSAN
inline constexpr bool kUnderTsan = true;
#else
inline constexpr bool kUnderTsan = false;
#endif
#ifdef SCONCE_UNDER_ASAN
inline constexpr bool kUnderAsan = true;
#else
inline constexpr bool kUnderAsan = false;
#endif

/// Sanitizers make everything about ten times slower: tests that hammer do so much less under them.
inline constexpr int kSlowdown = kUnderTsan || kUnderAsan ? 10 : 1;

}  // namespace sconce::test

/// For a test that forks with threads.
#define SCONCE_SKIP_FORK_UNDER_SANITIZERS()                 \
  if (sconce::test::kUnderTsan || sconce::test::kUnderAsan) \
  GTEST_SKIP() << "a sanitizer's own locks may be held for ever in a child that was forked with threads"
