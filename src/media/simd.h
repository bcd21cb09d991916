#pragma once

// Functions for newer CPUs are compiled beside the portable ones and chosen at run time: the library as a whole is
// built for a baseline CPU.
#if defined(__x86_64__) && defined(__GNUC__)
#define SCONCE_X86_SIMD 1
#define SCONCE_TARGET_AVX2 [[gnu::target("avx2,bmi,bmi2")]]
#define SCONCE_TARGET_AVX512 \
  [[gnu::target("avx2,bmi,bmi2,avx512f,avx512bw,avx512cd,avx512dq,avx512vl,avx512vbmi")]]
#else
#define SCONCE_X86_SIMD 0
#endif

namespace sconce::media {

/// What a kernel may use; each value includes those before it. All of them write the same bytes.
enum class Simd { None, Sse2, Avx2, Avx512 };

/// The most this CPU and its operating system allow.
Simd best_simd();

}  // namespace sconce::media
