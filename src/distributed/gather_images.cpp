#include "sconce/gather_images.h"

#include <ATen/ATen.h>
#include <c10/util/Exception.h>

#include <algorithm>
#include <cstring>
#include <exception>
#include <string>
#include <torch/csrc/distributed/c10d/Backend.hpp>
#include <torch/csrc/distributed/c10d/ProcessGroup.hpp>
#include <utility>

#include "distributed/image_message.h"

namespace sconce {
namespace {

/// What a rank brings: its picture as bytes or, if it has none, the reason as text.
struct Contribution {
  std::vector<char> bytes;
  std::exception_ptr refused;
};

/// What every rank knows of every other one before bytes are sent, so that all of them go the same way.
struct Announcement {
  bool is_refusal;
  std::int64_t bytes;
};

Contribution refusal(const std::string& reason) {
  return {std::vector<char>(reason.begin(), reason.end()), std::current_exception()};
}

Contribution contribution_of(const ImageMaker& make) {
  try {
    return {to_message(make()), nullptr};
  } catch (const c10::Error& error) {
    return refusal(error.what_without_backtrace());
  } catch (const std::exception& error) {
    return refusal(error.what());
  } catch (...) {
    return refusal("an exception that is no std::exception");
  }
}

void wait_for(const c10::intrusive_ptr<c10d::Work>& work) {
  TORCH_CHECK(work->wait(), "the process group has given up gathering images");
}

std::vector<char> bytes_of(const at::Tensor& tensor, std::int64_t size) {
  const at::Tensor bytes = tensor.narrow(0, 0, size).cpu();
  const auto* first = reinterpret_cast<const char*>(bytes.data_ptr<std::uint8_t>());
  return std::vector<char>(first, first + size);
}

/// The two kinds of process group have the same functions and no class in common.
template <typename Group>
class Ranks {
 public:
  explicit Ranks(Group& group)
      : group_(group), device_(group.getBackendName() == "nccl" ? at::kCUDA : at::kCPU), count_(group.getSize()) {}

  int count() const noexcept { return count_; }
  bool is_first() const { return group_.getRank() == 0; }

  std::vector<Announcement> announce(const Contribution& mine) {
    const at::Tensor announcement = at::tensor(
        {static_cast<std::int64_t>(mine.refused != nullptr), static_cast<std::int64_t>(mine.bytes.size())});
    std::vector<Announcement> all;
    for (const at::Tensor& one : on_all(announcement)) {
      const at::Tensor numbers = one.cpu();
      all.push_back({numbers[0].item<std::int64_t>() != 0, numbers[1].item<std::int64_t>()});
    }
    return all;
  }

  /// The same number of bytes from each rank, on every one.
  std::vector<at::Tensor> on_all(const at::Tensor& mine) {
    std::vector<at::Tensor> inputs{mine.to(device_)};
    std::vector<std::vector<at::Tensor>> outputs{places_for(inputs[0])};
    wait_for(group_.allgather(outputs, inputs));
    return outputs[0];
  }

  /// The same number of bytes from each rank, on rank 0.
  std::vector<at::Tensor> on_first(const at::Tensor& mine) {
    std::vector<at::Tensor> inputs{mine.to(device_)};
    std::vector<std::vector<at::Tensor>> outputs;
    if (is_first()) {
      outputs.push_back(places_for(inputs[0]));
    }
    wait_for(group_.gather(outputs, inputs));
    return is_first() ? outputs[0] : std::vector<at::Tensor>();
  }

 private:
  std::vector<at::Tensor> places_for(const at::Tensor& one) const {
    std::vector<at::Tensor> places;
    for (int rank = 0; rank < count_; ++rank) {
      places.push_back(at::empty_like(one));
    }
    return places;
  }

  Group& group_;
  at::Device device_;
  int count_;
};

/// Collectives want the same size from each rank.
at::Tensor padded(const std::vector<char>& bytes, std::int64_t size) {
  at::Tensor tensor = at::zeros({size}, at::kByte);
  std::memcpy(tensor.data_ptr<std::uint8_t>(), bytes.data(), bytes.size());
  return tensor;
}

std::int64_t largest(const std::vector<Announcement>& announced) {
  std::int64_t bytes = 1;
  for (const Announcement& one : announced) {
    bytes = std::max(bytes, one.bytes);
  }
  return bytes;
}

/// Tells every rank which ones have no picture, and why.
template <typename Group>
[[noreturn]] void refuse_together(Ranks<Group>& ranks, Contribution mine, std::vector<Announcement> announced) {
  if (mine.refused == nullptr) {
    mine.bytes.clear();
  }
  for (Announcement& one : announced) {
    one.bytes = one.is_refusal ? one.bytes : 0;
  }
  const std::vector<at::Tensor> reasons = ranks.on_all(padded(mine.bytes, largest(announced)));
  if (mine.refused != nullptr) {
    std::rethrow_exception(mine.refused);
  }
  std::string text;
  for (std::size_t rank = 0; rank < announced.size(); ++rank) {
    if (announced[rank].is_refusal) {
      const std::vector<char> reason = bytes_of(reasons[rank], announced[rank].bytes);
      text += "; rank " + std::to_string(rank) + ": " + std::string(reason.begin(), reason.end());
    }
  }
  TORCH_CHECK_VALUE(false, "expected a picture from each of ", ranks.count(), " ranks", text);
}

template <typename Group>
std::vector<Image> gather(const ImageMaker& make, Group& group) {
  Ranks<Group> ranks(group);
  Contribution mine = contribution_of(make);
  std::vector<Announcement> announced = ranks.announce(mine);
  const auto is_refusal = [](const Announcement& one) { return one.is_refusal; };
  if (std::any_of(announced.begin(), announced.end(), is_refusal)) {
    refuse_together(ranks, std::move(mine), std::move(announced));
  }
  const std::vector<at::Tensor> messages = ranks.on_first(padded(mine.bytes, largest(announced)));
  std::vector<Image> images;
  for (std::size_t rank = 0; rank < messages.size(); ++rank) {
    images.push_back(from_message(bytes_of(messages[rank], announced[rank].bytes)));
  }
  return images;
}

}  // namespace

std::vector<Image> gather_images(const Image& image, c10d::ProcessGroup& group) {
  return gather([&image] { return image; }, group);
}

std::vector<Image> gather_images(const ImageMaker& make, c10d::ProcessGroup& group) { return gather(make, group); }

std::vector<Image> gather_images(const Image& image, c10d::Backend& group) {
  return gather([&image] { return image; }, group);
}

std::vector<Image> gather_images(const ImageMaker& make, c10d::Backend& group) { return gather(make, group); }

}  // namespace sconce
