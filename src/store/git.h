#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace sconce::store {

struct GitState {
  std::string commit;  ///< 40 or 64 hex digits
  std::string remote;  ///< origin's URL without user and password; may be empty
};

/// The repository that holds this folder, read from its files: no process is started. Nothing if there is none, or
/// nothing was committed. Never throws.
std::optional<GitState> git_state(const std::filesystem::path& folder) noexcept;

}  // namespace sconce::store
