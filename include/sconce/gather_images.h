#pragma once

#include <functional>
#include <vector>

#include "sconce/image.h"

namespace c10d {
class Backend;
class ProcessGroup;
}  // namespace c10d

// In the target sconce::distributed, which is there where LibTorch has c10d. sconce.h does not include it.
namespace sconce {

/// Makes a rank's picture, or throws what is wrong with it.
using ImageMaker = std::function<Image()>;

/// The pictures of all ranks on rank 0, in the order of ranks, so that rank 0 logs them as one cell; on the other
/// ranks nothing. Pictures may differ in size, mode and layers; caption, grouping, class names, masks, boxes and
/// the bytes of image files come along.
///
/// A collective: every rank of the group calls it, in the same order with the group's other collectives, and waits
/// for the others. It waits for a device, too, since pixels travel as bytes: by way of host memory, for the
/// backend "nccl" through the current CUDA device. The backend needs allgather and gather: Gloo and MPI, NCCL
/// since LibTorch 2.0. Rank 0 holds as many times the largest picture as there are ranks.
///
/// If one rank has no picture to give, since make throws or a layer from an accelerator has values that cannot be,
/// no rank gets any: that rank throws its own error and all others c10::ValueError, which names it and says what
/// is wrong. What the process group reports, for a rank that died or after its timeout, is thrown as it comes;
/// after that most backends are of no use any more. Runs are not touched by any of this.
///
/// An Image that is made before the call and refused keeps its rank from coming here, and the others wait for it
/// until the group's timeout. Where a picture can be refused, pass what makes it.
std::vector<Image> gather_images(const Image& image, c10d::ProcessGroup& group);
std::vector<Image> gather_images(const ImageMaker& make, c10d::ProcessGroup& group);
/// The same for LibTorch 2, where ProcessGroupGloo and its like are backends.
std::vector<Image> gather_images(const Image& image, c10d::Backend& group);
std::vector<Image> gather_images(const ImageMaker& make, c10d::Backend& group);

}  // namespace sconce
