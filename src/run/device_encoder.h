#pragma once

#include <c10/core/Stream.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <vector>

#include "run/encoder_pool.h"
#include "run/reporter.h"
#include "sconce/run.h"
#include "torch_ops/png_turn.h"

namespace sconce {
class DevicePixels;
class ImageSource;

/// Encodes pictures on the accelerator that has them, beside the program's streams, those together that are alike
/// and wait together. Which of them are better encoded by the CPU, or have to be, it finds out and passes on, with
/// their copies to the host enqueued. Thread-safe.
class DeviceEncoder {
 public:
  /// turn_bytes: of pixels, at most, that are encoded together, if they are several pictures.
  DeviceEncoder(DeviceEncoding encoding, Compression compression, Reporter& reporter,
                std::int64_t turn_bytes = ops::kBytesInTurn);

  /// source: with pixels on a device; must live until `then`, which is called on another thread when source has
  /// its file, or is to make it itself. `then` must not throw.
  void submit(ImageSource& source, std::function<void()> then);
  /// Pictures that are not passed on yet.
  std::int64_t waiting() const;
  /// Begins now what waits.
  void hurry();
  /// Passes on what is left and ends the thread.
  void close();

 private:
  using Clock = std::chrono::steady_clock;
  struct Picture {
    ImageSource* source;
    std::function<void()> then;
  };
  using Turn = std::vector<Picture>;
  using Sources = std::vector<ImageSource*>;

  Turn take();
  void take_turn();
  Sources without_file(const Turn& turn) const;
  bool is_worth(const Sources& sources);
  void encode(const Sources& sources);
  void encode_turns(Sources::const_iterator& begin, Sources::const_iterator end, std::int64_t in_turn);
  void judge(std::int64_t bytes, std::chrono::duration<double> took);
  void take_less(std::int64_t pictures, const DevicePixels& of);
  void stop(const char* why);
  const c10::Stream& stream_for(const ImageSource& source);

  const DeviceEncoding encoding_;
  const Compression compression_;
  Reporter& reporter_;

  // The thread's own.
  std::int64_t turn_bytes_;
  std::int64_t turns_;    ///< at most, that are taken through their steps together
  bool is_off_ = false;   ///< for the rest of the run
  bool is_warm_ = false;  ///< in the first turn a device loads its kernels and looks for memory
  Clock::time_point busy_until_{};
  std::vector<c10::Stream> streams_;  ///< one a device, so that its memory is used again

  mutable std::mutex mutex_;
  std::deque<Picture> waiting_;
  std::int64_t begun_ = 0;             ///< and not passed on
  std::optional<EncoderPool> thread_;  ///< from the first picture on
};

}  // namespace sconce
