#include "support/small_disk.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <utility>

namespace sconce::test {
namespace {

namespace fs = std::filesystem;

void write_line(const char* file, const std::string& line) { std::ofstream(file) << line; }

std::string reason(const char* what) { return std::string(what) + ": " + std::strerror(errno); }

/// A mount namespace for this process, once; for those who are not root inside a user namespace. Says why not.
std::string enter_own_namespace() {
  const uid_t user = ::geteuid();
  const gid_t group = ::getegid();
  if (::unshare(user == 0 ? CLONE_NEWNS : CLONE_NEWUSER | CLONE_NEWNS) != 0) {
    return reason("no mount namespace");
  }
  if (user != 0) {
    write_line("/proc/self/setgroups", "deny");
    write_line("/proc/self/uid_map", std::to_string(user) + " " + std::to_string(user) + " 1");
    write_line("/proc/self/gid_map", std::to_string(group) + " " + std::to_string(group) + " 1");
  }
  if (::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) {
    return reason("no private mounts");
  }
  return "";
}

}  // namespace

SmallDisk::SmallDisk(fs::path folder, const std::string& size)
    : folder_(std::move(folder)), also_at_(folder_.string() + "-also") {
  static const std::string why_no_namespace = enter_own_namespace();
  why_not_ = why_no_namespace;
  fs::create_directories(folder_);
  fs::create_directories(also_at_);
  if (why_not_.empty() && ::mount("none", folder_.c_str(), "tmpfs", 0, ("size=" + size).c_str()) != 0) {
    why_not_ = reason("no tmpfs");
  }
  if (why_not_.empty() && ::mount(folder_.c_str(), also_at_.c_str(), nullptr, MS_BIND, nullptr) != 0) {
    why_not_ = reason("no second mount");
  }
}

SmallDisk::~SmallDisk() {
  ::umount2(folder_.c_str(), MNT_DETACH);
  ::umount2(also_at_.c_str(), MNT_DETACH);
}

void SmallDisk::fill() const {
  static const std::array<char, 4096> page{};
  const int file = ::open((folder_ / "filler").c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
  while (::write(file, page.data(), page.size()) > 0) {
  }
  ::close(file);
}

void SmallDisk::make_room() const { fs::remove(folder_ / "filler"); }

void SmallDisk::unmount() { ::umount2(folder_.c_str(), MNT_DETACH); }

void SmallDisk::mount_again() { ::mount(also_at_.c_str(), folder_.c_str(), nullptr, MS_BIND, nullptr); }

}  // namespace sconce::test
