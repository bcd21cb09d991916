#pragma once

#include <filesystem>
#include <string>

namespace sconce::test {

/// A real file system of its own, in memory, small enough to be full. Mounted where this process alone sees it;
/// that wants root or user namespaces, so ask why_not().
class SmallDisk {
 public:
  /// folder: empty; size as mount takes it, "1m".
  SmallDisk(std::filesystem::path folder, const std::string& size);
  ~SmallDisk();
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;

  /// Why there is no such disk, or nothing.
  const std::string& why_not() const noexcept { return why_not_; }
  /// Takes all the room there is, and gives it back.
  void fill() const;
  void make_room() const;
  /// Takes the disk out of its folder, though files on it are open, and puts it back.
  void unmount();
  void mount_again();

 private:
  std::filesystem::path folder_;
  std::filesystem::path also_at_;  ///< a second mount, which keeps it in being
  std::string why_not_;
};

}  // namespace sconce::test
