#pragma once

#include <cstdint>

namespace sconce::benchmarks {

/// Calls of operator new in a program that links allocation_count.cpp.
std::int64_t allocations_of_this_thread();
/// Those of threads that have ended.
std::int64_t allocations_of_ended_threads();

}  // namespace sconce::benchmarks
