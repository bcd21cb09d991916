#include "store/sha256.h"

#include <openssl/evp.h>

#include <array>
#include <memory>
#include <stdexcept>

namespace sconce::store {
namespace {

using Context = std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)>;

/// Knows its algorithm; null where there is none.
Context new_context() {
  Context context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
  if (context != nullptr && EVP_DigestInit_ex(context.get(), EVP_sha256(), nullptr) != 1) {
    context.reset();
  }
  return context;
}

}  // namespace

std::string sha256_hex(const void* bytes, std::size_t size) {
  // A context costs more to make than a small hash to compute, and libcrypto 3 looks an algorithm up behind locks.
  thread_local const Context context = new_context();
  std::array<unsigned char, 32> digest{};
  if (context == nullptr || EVP_DigestInit_ex(context.get(), nullptr, nullptr) != 1 ||
      EVP_DigestUpdate(context.get(), bytes, size) != 1 ||
      EVP_DigestFinal_ex(context.get(), digest.data(), nullptr) != 1) {
    throw std::runtime_error("libcrypto cannot compute a SHA-256");
  }
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string hex(2 * digest.size(), '0');
  for (std::size_t i = 0; i < digest.size(); ++i) {
    hex[2 * i] = kDigits[digest[i] >> 4];
    hex[2 * i + 1] = kDigits[digest[i] & 15];
  }
  return hex;
}

}  // namespace sconce::store
