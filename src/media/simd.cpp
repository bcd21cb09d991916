#include "media/simd.h"

namespace sconce::media {

#if SCONCE_X86_SIMD

Simd best_simd() {
  static const Simd best = [] {
    __builtin_cpu_init();
    if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("bmi") || !__builtin_cpu_supports("bmi2")) {
      return Simd::Sse2;  // every x86-64 has it
    }
    const bool avx512 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                        __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq") &&
                        __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512vbmi");
    return avx512 ? Simd::Avx512 : Simd::Avx2;
  }();
  return best;
}

#else

Simd best_simd() { return Simd::None; }

#endif

}  // namespace sconce::media
