#pragma once

#include <atomic>
#include <cstdint>
#include <future>
#include <optional>
#include <string>
#include <vector>

#include "run/device_encoder.h"
#include "run/disk_health.h"
#include "run/encoder_pool.h"
#include "run/pending_queue.h"
#include "run/reporter.h"
#include "sconce/run.h"
#include "store/run_directory.h"

namespace sconce {

/// Hands the images of rows to the encoders, which write them behind the caller's back. Thread-safe.
class MediaQueue {
 public:
  MediaQueue(PendingQueue& queue, DiskHealth& health, Reporter& reporter, const store::RunDirectory& directory,
             const RunOptions& options);

  /// Replaces every image in row by the promise of its files. The images' part of row.bytes goes with them and is
  /// released when they are written.
  void submit(PendingRow& row);
  /// Images that are not written yet.
  std::int64_t waiting() const { return device_encoder_.waiting() + encoders_.waiting(); }
  /// Begins now what waits.
  void hurry();
  /// Encodes what is left and ends the threads.
  void close();

 private:
  /// Returns the bytes that go to the encoders.
  std::int64_t submit(Value& value, const std::string& key, std::optional<std::int64_t> step);
  std::int64_t submit_images(Value& value, const std::vector<Image>& images, bool is_list, const std::string& key,
                             std::optional<std::int64_t> step);
  std::int64_t submit_nested(Value& value, const std::string& key, std::optional<std::int64_t> step);
  std::future<EncodedImage> encode(const Image& image, const std::string& key, std::optional<std::int64_t> step);
  void warn_of_list(const std::string& key, const std::vector<Image>& images);

  PendingQueue& queue_;
  DiskHealth& health_;
  Reporter& reporter_;
  const store::RunDirectory& directory_;
  std::atomic<bool> warned_of_long_list_{false};
  std::atomic<bool> warned_of_sizes_{false};
  const Compression compression_;
  EncoderPool encoders_;
  DeviceEncoder device_encoder_;  ///< hands over to encoders_
};

}  // namespace sconce
