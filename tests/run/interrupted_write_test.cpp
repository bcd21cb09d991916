// A system that interrupts writes and takes less than it is given.

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cerrno>

#include "sconce/sconce.h"
#include "store/sha256.h"
#include "support/run_reader.h"
#include "support/write_hook.h"

namespace sconce {
namespace {

using nlohmann::ordered_json;

TEST(InterruptedWrites, AreCompleted) {
  std::atomic<std::size_t> calls{0};
  const test::TemporaryFolder folder;
  sconce::Run run(RunOptions("test").dir(folder.path()).encoder_threads(2));
  {
    const test::WriteHook hook([&calls](int file, const void* bytes, std::size_t size) -> ssize_t {
      const std::size_t call = calls++;
      if (call % 3 == 0) {
        errno = EINTR;
        return -1;
      }
      return test::system_write(file, bytes, std::min(size, 1 + call % 50));
    });
    for (int i = 0; i < 50; ++i) {
      run.log({{"n", i}, {"img", Image(at::randint(256, {3, 20, 20}, at::kByte))}});
    }
    run.finish();
  }
  EXPECT_GT(calls, 1000U);
  int n = 0;
  for (const ordered_json& row : test::read_rows(run.dir())) {
    EXPECT_EQ(row.at("n"), n++);
    const std::string bytes = test::read_text(run.dir() / "files" / row.at("img").at("path").get<std::string>());
    EXPECT_EQ(store::sha256_hex(bytes.data(), bytes.size()), row.at("img").at("sha256"));
  }
  EXPECT_EQ(n, 50);
}

}  // namespace
}  // namespace sconce
