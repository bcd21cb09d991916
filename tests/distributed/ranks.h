#pragma once

#include <c10/util/intrusive_ptr.h>

#include <chrono>
#include <deque>
#include <functional>
#include <string>
#include <torch/csrc/distributed/c10d/ProcessGroupGloo.hpp>
#include <vector>

#include "support/child.h"

namespace sconce::test {

using Gloo = c10d::ProcessGroupGloo;

/// Processes over loopback that are one process group, each killed with the test.
class Ranks {
 public:
  using Body = std::function<void(int rank, Gloo& group)>;

  /// Starts them. Each calls body, and ends with exit 1, its message on stderr, if that throws.
  Ranks(int count, const Body& body, std::chrono::seconds timeout = std::chrono::seconds(30));

  /// Waits for all of them: how each one ended, see Child::end().
  std::vector<std::string> end();
  std::string end(int rank) { return children_.at(static_cast<std::size_t>(rank)).end(); }
  /// What a rank wrote to stderr.
  std::string errors(int rank) const { return children_.at(static_cast<std::size_t>(rank)).errors(); }

 private:
  TemporaryFolder folder_;
  std::deque<Child> children_;
};

/// Throws what was expected, in a rank, where gtest's own checks would not be heard of.
void expect(bool holds, const std::string& what);

}  // namespace sconce::test
