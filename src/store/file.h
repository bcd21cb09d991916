#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace sconce::store {

/// Writes a file under a temporary name in `scratch`, a folder directly below the run directory, and renames it:
/// nobody ever sees a part of it under its own name. Makes folders where they are missing, but never the run
/// directory: where a mount went away that would fill another disk. Throws std::filesystem::filesystem_error and
/// leaves nothing behind.
void write_file(const std::filesystem::path& path, const void* bytes, std::size_t size,
                const std::filesystem::path& scratch);
void write_file(const std::filesystem::path& path, std::string_view text, const std::filesystem::path& scratch);

/// A copy of a file, in the same way.
void copy_file(const std::filesystem::path& from, const std::filesystem::path& path,
               const std::filesystem::path& scratch);

/// All bytes of a regular file of at most max_size bytes. Throws std::filesystem::filesystem_error, for everything
/// else too: a folder, a device or a pipe could be read for ever.
std::vector<std::uint8_t> read_file(const std::filesystem::path& path, std::uintmax_t max_size);

}  // namespace sconce::store
