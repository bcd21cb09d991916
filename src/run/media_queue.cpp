#include "run/media_queue.h"

#include <c10/util/Exception.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <thread>
#include <utility>

#include "run/row_json.h"
#include "run/run_options.h"
#include "run/store_image.h"
#include "store/json_text.h"
#include "values/image_source.h"

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
      encoders_(encoder_threads(options, std::thread::hardware_concurrency())),
      device_encoder_(options.device_encoding(), compression_, reporter) {}

void MediaQueue::hurry() {
  device_encoder_.hurry();
  encoders_.hurry();
}

void MediaQueue::close() {
  device_encoder_.close();
  encoders_.close();
}

void MediaQueue::submit(PendingRow& row) {
  for (auto& [key, value] : row.cells) {
    row.bytes -= submit(value, key, row.step);
  }
}

std::int64_t MediaQueue::submit(Value& value, const std::string& key, std::optional<std::int64_t> step) {
  if (!holds_media(value)) {
    return 0;
  }
  if (const auto* image = std::get_if<Image>(&value.storage())) {
    return submit_images(value, {*image}, /*is_list=*/false, key, step);
  }
  if (const auto* images = std::get_if<std::vector<Image>>(&value.storage())) {
    warn_of_list(key, *images);
    return submit_images(value, *images, /*is_list=*/true, key, step);
  }
  return submit_nested(value, key, step);
}

std::int64_t MediaQueue::submit_images(Value& value, const std::vector<Image>& images, bool is_list,
                                       const std::string& key, std::optional<std::int64_t> step) {
  const auto pending = std::make_shared<PendingImages>();
  pending->is_list = is_list;
  pending->bytes = pending_bytes(value);
  std::int64_t handed_over = 0;
  for (const Image& image : images) {
    handed_over += encoder_bytes(image);
    pending->files.push_back(encode(image, key, step));
  }
  pending->bytes -= handed_over;
  value.storage() = pending;
  return handed_over;
}

/// The caller may hold the same row, so it is replaced by one without images.
std::int64_t MediaQueue::submit_nested(Value& value, const std::string& key, std::optional<std::int64_t> step) {
  Row row;
  std::int64_t handed_over = 0;
  for (const auto& [inner, nested] : std::get<std::shared_ptr<const Row>>(value.storage())->cells()) {
    std::string name = store::valid_utf8(inner);
    Value pending = nested;
    handed_over += submit(pending, nested_key(key, name), step);
    row.set(std::move(name), std::move(pending));
  }
  value = std::move(row);
  return handed_over;
}

std::future<EncodedImage> MediaQueue::encode(const Image& image, const std::string& key,
                                             std::optional<std::int64_t> step) {
  const auto promise = std::make_shared<std::promise<EncodedImage>>();
  std::function<void()> store = [this, image = std::optional(image), bytes = encoder_bytes(image), key, step,
                                 promise]() mutable {
    try {
      promise->set_value(store_image(
          *image, {directory_, key, step, compression_, [this](const auto& write) { health_.retry(write); },
                   [this](const std::exception& error) { reporter_.report(error); }}));
    } catch (const c10::Error& error) {
      promise->set_value(error.what_without_backtrace());
    } catch (const std::exception& error) {
      promise->set_value(error.what());
    } catch (...) {
      promise->set_value("an unknown error");
    }
    image.reset();  // before its bytes count as free
    queue_.release(bytes);
  };
  if (image.source().on_device().defined()) {
    device_encoder_.submit(image.source(),
                           [this, store = std::move(store)]() mutable { encoders_.submit(std::move(store)); });
  } else {
    encoders_.submit(std::move(store));
  }
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
