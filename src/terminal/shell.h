#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace sconce::terminal {

/// Text as one word of a command line, printable. Where quotes cannot do it, in the $'...' of bash, zsh and ksh.
std::string shell_word(std::string_view text);

/// How the shell that started this process may name an absolute path: relative to its folder if that is shorter.
/// A process that has changed its folder since gets the path as it is.
std::string shortest_path(const std::filesystem::path& path);

}  // namespace sconce::terminal
