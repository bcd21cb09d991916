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
