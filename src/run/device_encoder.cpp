#include "run/device_encoder.h"

#include <ATen/ATen.h>
#include <c10/core/StreamGuard.h>
#include <c10/util/Exception.h>
#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <iterator>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "torch_ops/device_event.h"
#include "values/image_source.h"

namespace sconce {
namespace {

/// An encoder of the CPU makes about as much in the time that some hundred operations take to be enqueued.
constexpr std::int64_t kWorthIt = std::int64_t{4} << 20;
/// The more, the less the first and the last one count, of which the host's work is waited for.
constexpr std::int64_t kTurns = 4;
constexpr std::int64_t kLargest = std::int64_t{1} << 30;  ///< that ops::encode_png takes

// A device that is slower than half of one encoder of the CPU is busy, and so would be whoever waits for it.
constexpr double kBytesPerSecondOfBusy = 0.5e9;
constexpr auto kBusyFor = std::chrono::seconds(5);

bool are_alike(const at::Tensor& one, const at::Tensor& other) {
  return one.device() == other.device() && one.scalar_type() == other.scalar_type() &&
         one.sizes() == other.sizes();
}

/// All but flat drawings, which the CPU's encoder makes smaller, and fast.
std::vector<std::int64_t> not_flat(const ops::PngTurn& turn) {
  std::vector<std::int64_t> chosen;
  for (std::size_t i = 0; i < turn.plans().size(); ++i) {
    if (8 * turn.plans()[i].file_size() >= turn.format().size()) {
      chosen.push_back(static_cast<std::int64_t>(i));
    }
  }
  return chosen;
}

/// Whether nothing more is to come. What is wrong with the device is told to those who want the pixels.
bool is_settled(const DevicePixels& pixels) {
  try {
    return pixels.are_there();
  } catch (const c10::Error&) {
    return true;
  }
}

void settle(const DevicePixels& pixels) {
  try {
    pixels.wait();
  } catch (const c10::Error&) {
    return;
  }
}

}  // namespace

DeviceEncoder::DeviceEncoder(DeviceEncoding encoding, Compression compression, Reporter& reporter,
                             std::int64_t turn_bytes)
    : encoding_(encoding),
      compression_(compression),
      reporter_(reporter),
      turn_bytes_(turn_bytes),
      turns_(kTurns) {}

void DeviceEncoder::submit(ImageSource& source, std::function<void()> then) {
  std::unique_lock<std::mutex> lock(mutex_);
  try {
    if (!thread_) {
      thread_.emplace(1);
    }
  } catch (const std::system_error&) {  // there are no more threads
    lock.unlock();
    then();
    return;
  }
  waiting_.push_back({&source, std::move(then)});
  thread_->submit([this] { take_turn(); });
}

std::int64_t DeviceEncoder::waiting() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return static_cast<std::int64_t>(waiting_.size()) + begun_;
}

void DeviceEncoder::hurry() {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (thread_) {
    thread_->hurry();
  }
}

void DeviceEncoder::close() {
  if (thread_) {  // nobody submits any more
    thread_->close();
  }
}

/// The picture that came first, when it is computed, and those like it that are by then.
DeviceEncoder::Turn DeviceEncoder::take() {
  Turn turn;
  std::unique_lock<std::mutex> lock(mutex_);
  if (waiting_.empty()) {  // an earlier turn took them
    return turn;
  }
  const auto take = [&](const std::deque<Picture>::iterator& picture) {
    turn.push_back(std::move(*picture));
    ++begun_;
    return waiting_.erase(picture);
  };
  take(waiting_.begin());
  const DevicePixels first = turn.front().source->on_device();
  lock.unlock();
  settle(first);
  lock.lock();
  std::int64_t bytes = first.bytes();
  for (auto next = waiting_.begin(); next != waiting_.end() && bytes + first.bytes() <= turns_ * turn_bytes_;) {
    const DevicePixels& pixels = next->source->on_device();
    const bool joins = are_alike(pixels.tensor(), first.tensor()) && is_settled(pixels);
    bytes += joins ? first.bytes() : 0;
    next = joins ? take(next) : std::next(next);
  }
  return turn;
}

void DeviceEncoder::take_turn() {
  const Turn turn = take();
  if (turn.empty()) {
    return;
  }
  const Sources sources = without_file(turn);
  if (is_worth(sources)) {
    encode(sources);
  }
  for (const ImageSource* source : without_file(turn)) {
    try {
      source->fetch(stream_for(*source));
    } catch (const std::exception&) {  // file() meets it again, where the image has a name
      break;
    }
  }
  for (const Picture& picture : turn) {
    picture.then();
  }
  const std::lock_guard<std::mutex> lock(mutex_);
  begun_ -= static_cast<std::int64_t>(turn.size());
}

/// An image that is logged under several keys comes several times.
DeviceEncoder::Sources DeviceEncoder::without_file(const Turn& turn) const {
  Sources sources;
  for (const Picture& picture : turn) {
    if (!picture.source->has_file(compression_)) {
      sources.push_back(picture.source);
    }
  }
  std::sort(sources.begin(), sources.end(), std::less<>());
  sources.erase(std::unique(sources.begin(), sources.end()), sources.end());
  return sources;
}

bool DeviceEncoder::is_worth(const Sources& sources) {
  if (sources.empty() || is_off_ || encoding_ == DeviceEncoding::Never) {
    return false;
  }
  const std::int64_t each = sources.front()->on_device().bytes();
  const std::int64_t bytes = each * static_cast<std::int64_t>(sources.size());
  if (encoding_ == DeviceEncoding::Always) {
    return each <= kLargest;
  }
  const bool beside = stream_for(*sources.front()) != sources.front()->on_device().stream();
  return compression_ == Compression::Fast && beside && bytes >= kWorthIt && each <= ops::kBytesInTurn &&
         Clock::now() >= busy_until_;
}

/// All of them, or those before the device refused.
void DeviceEncoder::encode(const Sources& sources) {
  const DevicePixels& pixels = sources.front()->on_device();
  for (auto begin = sources.begin(); begin != sources.end() && !is_off_;) {
    const std::int64_t in_turn = std::max<std::int64_t>(1, turn_bytes_ / pixels.bytes());
    const std::int64_t count = std::min<std::int64_t>(turns_ * in_turn, sources.end() - begin);
    try {
      encode_turns(begin, begin + count, in_turn);
    } catch (const c10::OutOfMemoryError&) {
      turns_ = 1;
      if (count <= in_turn) {
        take_less(count, pixels);
      }
    } catch (const c10::Error& error) {
      stop(error.what_without_backtrace());
    } catch (const std::exception& error) {
      stop(error.what());
    }
  }
}

/// Where so many could not be encoded together. Each try has the program's own allocator scrape its memory
/// together.
void DeviceEncoder::take_less(std::int64_t pictures, const DevicePixels& of) {
  turn_bytes_ = of.bytes() * pictures / 2;
  is_off_ = pictures == 1;
  if (is_off_) {
    TORCH_WARN("sconce: ", of.tensor().device(),
               " has no memory left to encode images; the CPU encodes them from now on");
  }
}

void DeviceEncoder::stop(const char* why) {
  is_off_ = true;
  reporter_.report(
      std::runtime_error(fmt::format("images are encoded on the CPU from now on; their device says: {}", why)));
}

/// begin: goes on to the first one that is not done.
void DeviceEncoder::encode_turns(Sources::const_iterator& begin, Sources::const_iterator end,
                                 std::int64_t in_turn) {
  const Clock::time_point start = Clock::now();
  const Sources sources(begin, end);
  const c10::Stream& stream = stream_for(*sources.front());
  const c10::StreamGuard guard(stream);
  const auto source = [&](std::int64_t picture) { return sources[static_cast<std::size_t>(picture)]; };
  ops::PngTurns turns;
  turns.pictures = static_cast<std::int64_t>(sources.size());
  turns.in_turn = in_turn;
  turns.pixels = [&](std::int64_t first, std::int64_t count) {
    std::vector<at::Tensor> pictures;
    for (std::int64_t i = first; i < first + count; ++i) {
      pictures.push_back(source(i)->on_device().on(stream));
    }
    return at::stack(pictures);
  };
  turns.choose = encoding_ == DeviceEncoding::Always ? ops::all_pictures : not_flat;
  turns.take = [&](std::int64_t first, ops::PngTurn& turn) {
    std::vector<at::Tensor> files = turn.files();
    for (std::size_t i = 0; i < files.size(); ++i) {
      source(first + turn.packed()[i])->take_file(std::move(files[i]), compression_);
    }
    begin += static_cast<std::ptrdiff_t>(turn.plans().size());
  };
  ops::encode_in_turns(turns);
  judge(turns.pictures * sources.front()->on_device().bytes(), Clock::now() - start);
}

/// Whether the device has time for these.
void DeviceEncoder::judge(std::int64_t bytes, std::chrono::duration<double> took) {
  const bool is_slow = static_cast<double>(bytes) < kBytesPerSecondOfBusy * took.count();
  if (std::exchange(is_warm_, true) && is_slow) {
    busy_until_ = Clock::now() + kBusyFor;
  }
}

const c10::Stream& DeviceEncoder::stream_for(const ImageSource& source) {
  const c10::Stream& programs = source.on_device().stream();
  for (c10::Stream& stream : streams_) {
    if (stream.device() == programs.device()) {
      stream = stream == programs ? ops::stream_beside(programs) : stream;
      return stream;
    }
  }
  streams_.push_back(ops::stream_beside(programs));
  return streams_.back();
}

}  // namespace sconce
