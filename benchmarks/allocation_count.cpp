#include "allocation_count.h"

#include <atomic>
#include <cstdlib>
#include <new>

namespace sconce::benchmarks {
namespace {

std::atomic<std::int64_t> of_ended_threads{0};

struct Count {
  std::int64_t value = 0;
  ~Count() { of_ended_threads += value; }
};

thread_local Count count;

}  // namespace

std::int64_t allocations_of_this_thread() { return count.value; }
std::int64_t allocations_of_ended_threads() { return of_ended_threads; }

}  // namespace sconce::benchmarks

void* operator new(std::size_t size) {
  ++sconce::benchmarks::count.value;
  if (void* memory = std::malloc(size)) return memory;
  throw std::bad_alloc();
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
