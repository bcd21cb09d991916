#include "support/write_hook.h"

#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <memory>
#include <mutex>
#include <utility>

namespace sconce::test {
namespace {

std::mutex changing;
std::shared_ptr<const WriteHook::Write> hook;

void set_hook(std::shared_ptr<const WriteHook::Write> write) {
  const std::lock_guard<std::mutex> lock(changing);
  hook = std::move(write);
}

std::shared_ptr<const WriteHook::Write> current_hook() {
  const std::lock_guard<std::mutex> lock(changing);
  return hook;
}

}  // namespace

WriteHook::WriteHook(Write write) { set_hook(std::make_shared<const Write>(std::move(write))); }

WriteHook::~WriteHook() { set_hook(nullptr); }

ssize_t system_write(int file, const void* bytes, std::size_t size) {
  return ::syscall(SYS_write, file, bytes, size);
}

}  // namespace sconce::test

extern "C" ssize_t write(int file, const void* bytes, std::size_t size) {
  const auto hook = sconce::test::current_hook();
  return hook == nullptr ? sconce::test::system_write(file, bytes, size) : (*hook)(file, bytes, size);
}
