#pragma once

#include <cstddef>
#include <string>

namespace sconce::store {

/// The SHA-256 of these bytes, 64 lower-case hex digits. Thread-safe.
std::string sha256_hex(const void* bytes, std::size_t size);

}  // namespace sconce::store
