#pragma once

#include <ATen/ATen.h>

#include <cstdint>
#include <functional>
#include <vector>

#include "torch_ops/host_copy.h"
#include "torch_ops/png_plan.h"

namespace sconce::ops {

/// Pictures of one size and kind that become files together. A step puts work on the current stream, and the next
/// one waits for it: what is done in between, the device does not wait for.
class PngTurn {
 public:
  /// Filters and counts. Takes and throws what encode_png() does. What it keeps on the device takes four bytes for
  /// each byte of pixels.
  explicit PngTurn(const at::Tensor& pixels);
  /// Makes the codes. Waits for the counts.
  void plan();
  /// Packs these pictures. Others cost nothing.
  void pack(std::vector<std::int64_t> pictures);
  /// Of the packed pictures, in their order, uint8 on the CPU, beside each other in memory that they share. Waits
  /// for them.
  std::vector<at::Tensor> files();

  const PngFormat& format() const noexcept { return format_; }
  const std::vector<PngPlan>& plans() const noexcept { return plans_; }  ///< of all pictures
  const std::vector<std::int64_t>& packed() const noexcept { return packed_; }

 private:
  PngFormat format_;
  at::Tensor symbols_;  ///< int32 [N,B*P], on the device until they are packed
  HostCopy counts_;
  std::vector<PngPlan> plans_;
  std::vector<std::int64_t> packed_;
  std::vector<std::int64_t> streams_;  ///< the words at which they begin
  HostCopy words_;
};

/// Pixels of a turn of several pictures, at most.
constexpr std::int64_t kBytesInTurn = std::int64_t{32} << 20;

/// Pictures that go through turns, and what becomes of them. They are numbered from 0 on.
struct PngTurns {
  std::int64_t pictures;
  std::int64_t in_turn;  ///< at most; the turns are made about alike
  std::function<at::Tensor(std::int64_t begin, std::int64_t count)> pixels;
  std::function<std::vector<std::int64_t>(const PngTurn&)> choose;  ///< what is worth packing, by the plans
  std::function<void(std::int64_t begin, PngTurn&)> take;           ///< the files, turn after turn
};

/// Chooses them all.
std::vector<std::int64_t> all_pictures(const PngTurn& turn);

/// Takes the turns through their steps, two at a time: the device filters one while the host makes codes for the
/// one before it, and packs that one while the host completes the files of the one before that.
void encode_in_turns(const PngTurns& turns);

}  // namespace sconce::ops
