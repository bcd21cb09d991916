#pragma once

#include <sys/types.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <functional>
#include <string>

#include "support/run_reader.h"

namespace sconce::test {

/// A process of its own that may die. It is forked, so its parent should have no threads then, and it has what its
/// parent has loaded. Killed, if it is still there, with the object.
class Child {
 public:
  /// Calls body, then _exit(0).
  explicit Child(const std::function<void()>& body);
  ~Child();
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  pid_t id() const noexcept { return id_; }
  void send(int signal) const;
  /// Waits until it has ended and says how: "exit 3", "signal 6", or "hangs" after a minute.
  std::string end();
  /// All that it wrote to stderr so far.
  std::string errors() const;

 private:
  TemporaryFolder folder_;
  pid_t id_ = -1;
  bool ended_ = false;
};

/// Called in a child, which is killed with the one that forked it: a test that hangs leaves nothing behind.
void die_with_parent();

/// How a process that this one forked ends, as Child::end().
std::string wait_for(pid_t process);

/// Calls body where nobody catches what it throws: gtest would, below a test.
void without_catch(const std::function<void()>& body);

}  // namespace sconce::test
