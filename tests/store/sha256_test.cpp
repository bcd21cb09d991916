#include "store/sha256.h"

#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

namespace sconce::store {
namespace {

std::string sha256_of(const std::string& text) { return sha256_hex(text.data(), text.size()); }

constexpr char kEmpty[] = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
constexpr char kAbc[] = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

// The vectors of NIST's "Examples with Intermediate Values" for FIPS 180-4.
TEST(Sha256, GivesTheHashesOfTheStandard) {
  EXPECT_EQ(sha256_of(""), kEmpty);
  EXPECT_EQ(sha256_of("abc"), kAbc);
  EXPECT_EQ(sha256_of("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(
      sha256_of("abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrs"
                "mnopqrstnopqrstu"),
      "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1");
  EXPECT_EQ(sha256_of(std::string(1'000'000, 'a')),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Sha256, TakesNoBytesAtAll) { EXPECT_EQ(sha256_hex(nullptr, 0), kEmpty); }

TEST(Sha256, CountsZeroBytes) {
  EXPECT_EQ(sha256_of(std::string(1, '\0')), "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d");
}

TEST(Sha256, MayBeUsedByManyThreadsAtOnce) {
  std::vector<std::string> hashes(4);
  std::vector<std::thread> threads;
  for (std::string& hash : hashes) {
    threads.emplace_back([&hash] {
      for (int i = 0; i < 200 && (i == 0 || hash == kAbc); ++i) {
        hash = sha256_of("abc");
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  EXPECT_EQ(hashes, std::vector<std::string>(4, kAbc));
}

}  // namespace
}  // namespace sconce::store
