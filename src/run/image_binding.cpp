// What Image does with a run: wandb's names, on the calling thread.

#include <c10/util/Exception.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <utility>

#include "run/run_state.h"
#include "sconce/image.h"
#include "sconce/run.h"

namespace sconce {

/// Where an image lies.
struct ImageBinding {
  std::weak_ptr<const RunState> run;
  store::StoredImage stored;
};

using nlohmann::ordered_json;

void Image::bind_to_run(Run& run, std::string_view key, std::int64_t step) {
  if (run.state_ == nullptr) {  // disabled: there is nothing to be bound to
    return;
  }
  binding_ = std::make_shared<const ImageBinding>(ImageBinding{run.state_, run.state_->bind(*this, key, step)});
}

ordered_json Image::to_json(const Run& run) const {
  if (run.state_ == nullptr) {
    return ordered_json::object();
  }
  TORCH_CHECK_VALUE(
      is_bound(), "an Image must be bound to a run with bind_to_run() before it can be JSON; log() needs neither");
  TORCH_CHECK_VALUE(binding_->run.lock() == run.state_, "this Image is bound to another run than ", run.id(),
                    ": media files cannot be referred to across runs");
  return store::image_json(binding_->stored);
}

std::vector<store::StoredImage> Image::bind_all(const std::vector<Image>& images, Run& run, std::string_view key,
                                                std::int64_t step) {
  std::vector<store::StoredImage> stored;
  if (run.state_ == nullptr) {
    return stored;
  }
  stored.reserve(images.size());
  for (const Image& image : images) {
    stored.push_back(run.state_->bind(image, key, step));
  }
  return stored;
}

ordered_json Image::seq_to_json(const std::vector<Image>& images, Run& run, std::string_view key,
                                std::int64_t step) {
  const std::vector<store::StoredImage> stored = bind_all(images, run, key, step);
  return stored.empty() && !images.empty() ? ordered_json::object() : store::images_json(stored);
}

ordered_json Image::all_masks(const std::vector<Image>& images, Run& run, std::string_view run_key,
                              std::int64_t step) {
  return store::all_masks_json(bind_all(images, run, run_key, step));
}

ordered_json Image::all_boxes(const std::vector<Image>& images, Run& run, std::string_view run_key,
                              std::int64_t step) {
  return store::all_boxes_json(bind_all(images, run, run_key, step));
}

ordered_json Image::captions(const std::vector<Image>& images) {
  std::vector<std::optional<std::string>> captions;
  captions.reserve(images.size());
  for (const Image& image : images) {
    captions.push_back(image.options().caption());
  }
  return store::captions_json(captions);
}

ordered_json Image::all_captions(const std::vector<Image>& images) { return captions(images); }

}  // namespace sconce
