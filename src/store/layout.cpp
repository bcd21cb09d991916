#include "store/layout.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <random>

#include "store/sha256.h"

namespace sconce::store {
namespace {

// File systems allow 255 bytes a name; a step, a hash and an extension follow the key's last part. Paths end at
// 4096 on Linux and 1024 on macOS.
constexpr std::size_t kLongestPart = 180;
constexpr std::size_t kLongestKey = 600;

bool continues_character(char byte) { return (static_cast<unsigned char>(byte) & 0xc0) == 0x80; }

/// The beginning of text and a hash of all of it, cut between characters.
std::string shortened(std::string_view text) {
  std::size_t end = kLongestPart - 20;
  while (end > 0 && continues_character(text[end])) {
    --end;
  }
  return fmt::format("{}~{}", text.substr(0, end), sha256_hex(text.data(), text.size()).substr(0, 16));
}

std::string safe_part(std::string_view part) {
  if (part == "." || part == "..") {
    return std::string(part.size(), '_');
  }
  return part.size() <= kLongestPart ? std::string(part) : shortened(part);
}

}  // namespace

std::string run_directory_name(std::time_t start, std::string_view id) {
  std::tm local{};
  ::localtime_r(&start, &local);
  return fmt::format("offline-run-{:%Y%m%d_%H%M%S}-{}", local, id);
}

std::string log_name(std::string_view id) { return fmt::format("run-{}.wandb", id); }

std::string random_run_id() {
  static constexpr std::string_view kAlphabet = "abcdefghijklmnopqrstuvwxyz0123456789";
  std::random_device device;
  std::uniform_int_distribution<std::size_t> pick(0, kAlphabet.size() - 1);
  std::string id(8, ' ');
  for (char& character : id) {
    character = kAlphabet[pick(device)];
  }
  return id;
}

std::string key_path(std::string_view key) {
  std::string path;
  std::string_view rest = key;
  for (bool last = false; !last;) {
    const std::size_t slash = rest.find('/');
    last = slash == std::string_view::npos;
    const std::string_view part = rest.substr(0, slash);
    rest.remove_prefix(last ? rest.size() : slash + 1);
    // Empty parts are leading or double slashes, which name the same file; an empty last part is wandb's "a/" ->
    // "a/_0".
    if (!part.empty() || (last && !path.empty())) {
      path += (path.empty() ? "" : "/") + safe_part(part);
    }
  }
  if (path.size() <= kLongestKey) {
    return path;
  }
  const std::string_view first(path.data(), path.find('/'));
  return fmt::format("{}~{}", first, sha256_hex(key.data(), key.size()).substr(0, 16));
}

std::string media_path(std::string_view folder, std::string_view key, std::optional<std::int64_t> step,
                       std::string_view sha256, std::string_view extension) {
  const std::string word = step ? std::to_string(*step) : "summary";
  return fmt::format("{}/{}_{}_{}{}", folder, key_path(key), word, sha256.substr(0, 20), extension);
}

}  // namespace sconce::store
