#include "run/media_queue.h"

#include <c10/util/Exception.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "run/row_json.h"
#include "run/store_image.h"
#include "store/json_text.h"

namespace sconce {
namespace {

bool holds_media(const Value& value) {
  if (const auto* nested = std::get_if<std::shared_ptr<const Row>>(&value.storage())) {
    const std::vector<Row::Cell>& cells = (*nested)->cells();
    return std::any_of(cells.begin(), cells.end(), [](const Row::Cell& cell) { return holds_media(cell.second); });
  }
  return std::holds_alternative<Image>(value.storage()) ||
         std::holds_alternative<std::vector<Image>>(value.storage());
}

}  // namespace

MediaQueue::MediaQueue(PendingQueue& queue, DiskHealth& health, Reporter& reporter,
                       const store::RunDirectory& directory, const RunOptions& options)
    : queue_(queue),
      health_(health),
      reporter_(reporter),
      directory_(directory),
      compression_(options.compression()),
      encoders_(options.encoder_threads()) {}

void MediaQueue::submit(PendingRow& row) {
  for (PendingCell& cell : row.cells) {
    submit(cell, cell.key, row.step);
  }
}

void MediaQueue::submit(PendingCell& cell, const std::string& key, std::optional<std::int64_t> step) {
  const auto* held = std::get_if<Value>(&cell.value.content);
  if (held == nullptr || !holds_media(*held)) {
    return;
  }
  const Value value = *held;
  if (const auto* image = std::get_if<Image>(&value.storage())) {
    cell.value.content = encode(*image, key, step);
  } else if (const auto* images = std::get_if<std::vector<Image>>(&value.storage())) {
    warn_of_list(key, *images);
    PendingValue::ManyImages pending;
    for (const Image& element : *images) {
      pending.push_back(encode(element, key, step));
    }
    cell.value.content = std::move(pending);
  } else {
    std::vector<PendingCell> cells;
    for (const auto& [inner, nested] : std::get<std::shared_ptr<const Row>>(value.storage())->cells()) {
      cells.push_back({store::valid_utf8(inner), {nested}});
      submit(cells.back(), nested_key(key, cells.back().key), step);
    }
    cell.value.content = std::move(cells);
  }
}

std::future<EncodedImage> MediaQueue::encode(Image image, const std::string& key,
                                             std::optional<std::int64_t> step) {
  const std::int64_t bytes = pending_bytes(image);
  const auto promise = std::make_shared<std::promise<EncodedImage>>();
  queue_.add_bytes(bytes);
  encoders_.submit([this, image = std::move(image), key, step, bytes, promise] {
    try {
      promise->set_value(store_image(
          image, {directory_, key, step, compression_, [this](const auto& write) { health_.retry(write); },
                  [this](const std::exception& error) { reporter_.report(error); }}));
    } catch (const c10::Error& error) {
      promise->set_value(error.what_without_backtrace());
    } catch (const std::exception& error) {
      promise->set_value(error.what());
    } catch (...) {
      promise->set_value("an unknown error");
    }
    queue_.remove_bytes(bytes);
  });
  return promise->get_future();
}

void MediaQueue::warn_of_list(const std::string& key, const std::vector<Image>& images) {
  const auto count = static_cast<std::int64_t>(images.size());
  if (count > Image::MAX_ITEMS && !warned_of_long_list_.exchange(true)) {
    TORCH_WARN("sconce: '", key, "' has ", count, " images; all are written, W&B's page shows the first ",
               Image::MAX_ITEMS, " of a list (said once)");
  }
  const auto other_size = [&](const Image& image) {
    return image.width() != images.front().width() || image.height() != images.front().height();
  };
  if (std::any_of(images.begin(), images.end(), other_size) && !warned_of_sizes_.exchange(true)) {
    TORCH_WARN("sconce: the images of '", key,
               "' differ in size; W&B's page shows a list in the size of its first (said once)");
  }
}

}  // namespace sconce
