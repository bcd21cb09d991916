#include "store/git.h"

#include <algorithm>
#include <fstream>
#include <string_view>

namespace sconce::store {
namespace {

namespace fs = std::filesystem;

std::string first_line(const fs::path& file) {
  std::ifstream in(file);
  std::string line;
  std::getline(in, line);
  while (!line.empty() && (line.back() == '\r' || line.back() == ' ')) {
    line.pop_back();
  }
  return line;
}

/// What follows prefix in text, or nothing.
std::optional<std::string> after(std::string_view text, std::string_view prefix) {
  if (text.substr(0, prefix.size()) != prefix) {
    return std::nullopt;
  }
  return std::string(text.substr(prefix.size()));
}

bool is_hash(std::string_view text) {
  return (text.size() == 40 || text.size() == 64) &&
         text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

/// The .git folder of a checkout, or the folder that its .git file names (worktrees, submodules).
std::optional<fs::path> find_git_folder(fs::path folder) {
  for (;; folder = folder.parent_path()) {
    const fs::path git = folder / ".git";
    if (fs::is_directory(git)) {
      return git;
    }
    if (const auto named = after(first_line(git), "gitdir: ")) {
      return fs::path(*named).is_absolute() ? fs::path(*named) : folder / *named;
    }
    if (!folder.has_relative_path()) {
      return std::nullopt;
    }
  }
}

std::string find_ref(const fs::path& git, const fs::path& common, const std::string& ref) {
  for (const fs::path& base : {git, common}) {
    if (std::string hash = first_line(base / ref); is_hash(hash)) {
      return hash;
    }
  }
  std::ifstream packed(common / "packed-refs");
  for (std::string line; std::getline(packed, line);) {
    const std::size_t space = line.find(' ');
    if (space != std::string::npos && line.substr(space + 1) == ref) {
      return line.substr(0, space);
    }
  }
  return {};
}

/// A URL may carry a password: https://user:token@host/path. It must not end up in a run.
std::string without_credentials(const std::string& url) {
  const std::size_t scheme = url.find("://");
  if (scheme == std::string::npos) {
    return url;
  }
  const std::size_t host = scheme + 3;
  const std::size_t end = std::min(url.find('/', host), url.size());
  const std::size_t at = url.rfind('@', end);
  return at == std::string::npos || at < host ? url : url.substr(0, host) + url.substr(at + 1);
}

std::string origin_url(const fs::path& config) {
  std::ifstream in(config);
  bool in_origin = false;
  for (std::string line; std::getline(in, line);) {
    const std::size_t start = line.find_first_not_of(" \t");
    if (start == std::string::npos) {
      continue;
    }
    const std::string_view text = std::string_view(line).substr(start);
    if (text.front() == '[') {
      in_origin = text.substr(0, 17) == "[remote \"origin\"]";
    } else if (in_origin && text.substr(0, 3) == "url") {
      const std::size_t value = text.find_first_not_of(" \t", text.find('=') + 1);
      return value == std::string_view::npos ? "" : without_credentials(std::string(text.substr(value)));
    }
  }
  return {};
}

}  // namespace

std::optional<GitState> git_state(const fs::path& folder) noexcept {
  try {
    const auto git = find_git_folder(fs::absolute(folder));
    if (!git) {
      return std::nullopt;
    }
    const std::string common_name = first_line(*git / "commondir");
    const fs::path common = common_name.empty() ? *git : *git / common_name;
    const std::string head = first_line(*git / "HEAD");
    const auto ref = after(head, "ref: ");
    GitState state;
    state.commit = ref ? find_ref(*git, common, *ref) : head;
    state.remote = origin_url(common / "config");
    return is_hash(state.commit) ? std::optional(state) : std::nullopt;
  } catch (...) {
    return std::nullopt;
  }
}

}  // namespace sconce::store
