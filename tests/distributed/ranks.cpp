#include "distributed/ranks.h"

#include <unistd.h>

#include <cstdio>
#include <stdexcept>
#include <torch/csrc/distributed/c10d/FileStore.hpp>

namespace sconce::test {
namespace {

c10::intrusive_ptr<Gloo> join(const std::string& store, int rank, int count, std::chrono::seconds timeout) {
  const auto options = Gloo::Options::create(timeout);
  options->devices.push_back(Gloo::createDeviceForHostname("127.0.0.1"));
  return c10::make_intrusive<Gloo>(c10::make_intrusive<c10d::FileStore>(store, count), rank, count, options);
}

}  // namespace

Ranks::Ranks(int count, const Body& body, std::chrono::seconds timeout) {
  for (int rank = 0; rank < count; ++rank) {
    children_.emplace_back([&, rank] {
      try {
        body(rank, *join(folder_.path() / "store", rank, count, timeout));
      } catch (const std::exception& error) {
        std::fprintf(stderr, "%s\n", error.what());
        ::_exit(1);
      }
    });
  }
}

std::vector<std::string> Ranks::end() {
  std::vector<std::string> ends;
  for (Child& child : children_) {
    ends.push_back(child.end());
  }
  return ends;
}

void expect(bool holds, const std::string& what) {
  if (!holds) {
    throw std::runtime_error("expected " + what);
  }
}

}  // namespace sconce::test
