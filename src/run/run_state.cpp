#include "run/run_state.h"

#include <c10/core/impl/DeviceGuardImplInterface.h>
#include <c10/util/Exception.h>
#include <fmt/format.h>

#include <ctime>
#include <limits>
#include <nlohmann/json.hpp>
#include <utility>

#include "run/row_json.h"
#include "run/store_image.h"
#include "run/unix_time.h"
#include "store/layout.h"

namespace sconce {
namespace {

std::int64_t count_gpus() {
  constexpr auto kCuda = c10::DeviceType::CUDA;
  return c10::impl::hasDeviceGuardImpl(kCuda) ? c10::impl::getDeviceGuardImpl(kCuda)->deviceCount() : 0;
}

/// Where runtimes count from.
std::chrono::steady_clock::time_point start_of(const std::optional<store::RestoredRun>& resumed) {
  const std::chrono::duration<double> before(resumed ? resumed->runtime : 0);
  return std::chrono::steady_clock::now() -
         std::chrono::duration_cast<std::chrono::steady_clock::duration>(before);
}

store::RunDescription description_of(const RunOptions& options) {
  return {options.dir(),  options.id(),       options.entity(),   options.project(),
          options.name(), options.group(),    options.job_type(), options.notes(),
          options.tags(), std::time(nullptr), count_gpus(),       settings_json(options.config())};
}

store::RunDirectory directory_of(const RunOptions& options, std::optional<store::RestoredRun>& resumed) {
  if (!resumed) {
    return store::RunDirectory(description_of(options));
  }
  resumed->log.description.gpu_count = count_gpus();
  return store::RunDirectory(std::move(*resumed));
}

constexpr const char* kNoRoom = "the disk refuses and max_pending_bytes are waiting";

}  // namespace

RunState::RunState(RunOptions options, std::optional<store::RestoredRun> resumed)
    : home_(Process::current()),
      options_(std::move(options)),
      is_resumed_(resumed.has_value()),
      start_(start_of(resumed)),
      reporter_(options_.on_error()),
      journal_(queue_, start_),
      queue_(options_.max_pending_bytes()),
      health_(reporter_, [this] { queue_.wake(); }),
      directory_(directory_of(options_, resumed)),
      media_(queue_, health_, reporter_, directory_, options_),
      committer_(queue_, directory_, store_mutex_, health_, reporter_, display_.histories(), start_),
      next_step_(directory_.newest_logged_step() + 1) {}

std::int64_t RunState::runtime_seconds() const {
  return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::steady_clock::now() - start_).count();
}

void RunState::stamp(PendingRow& row) const {
  row.timestamp = unix_seconds();
  row.runtime = std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
}

void RunState::check_open() const {
  TORCH_CHECK_VALUE(!finished_, "run ", id(), " is finished: nothing more can be logged");
}

/// What comes after finish() is misuse, unless it is the process that ends.
void RunState::refuse(const PendingRow& row) {
  if (!process_ends_) {
    check_open();
  }
  report_lost(reporter_, row, "the process ends");
}

PendingRow RunState::take(std::string_view prefix, Row row) {
  PendingRow pending;
  pending.cells = take_cells(prefix, std::move(row));
  pending.bytes = static_cast<std::int64_t>(sizeof(PendingRow)) + pending_bytes(pending.cells);
  if (pending.bytes > static_cast<std::int64_t>(store::kMostUploaded)) {
    check_text(pending.cells);
  }
  return pending;
}

void RunState::log(std::string_view prefix, Row row, std::optional<std::int64_t> step) {
  enter();
  TORCH_CHECK_VALUE(!step || (*step >= 0 && *step < std::numeric_limits<std::int64_t>::max()),
                    "expected a step of at least 0, got ", *step);
  PendingRow pending = take(prefix, std::move(row));
  within([&] {
    const std::lock_guard<std::mutex> lock(mutex_);
    stamp(pending);
    pending.step = step ? *step : next_step_;
    if (finished_) {
      refuse(pending);
    } else if (!step) {
      close_open_row();
      ++next_step_;
      submit_if_room(std::move(pending));
    } else if (step == open_step_) {
      merge_into_open_row(std::move(pending));
    } else if (*step < next_step_) {
      log_late(std::move(pending));
    } else {
      close_open_row();
      next_step_ = *step + 1;
      open_step_ = step;
      merge_into_open_row(std::move(pending));
    }
  });
}

void RunState::log_late(PendingRow row) {
  const std::string what = fmt::format("step {} was logged when the next one was {}", *row.step, next_step_);
  TORCH_CHECK_VALUE(options_.late_rows() == LateRows::Keep, "run ", id(), ": ", what);
  if (!std::exchange(warned_of_late_rows_, true)) {
    TORCH_WARN("sconce: run ", id(), ": ", what, "; late rows are kept as lines of their own (said once)");
  }
  submit_if_room(std::move(row));
}

void RunState::summarize(std::string_view key, Value value) {
  enter();
  Row row;
  row.set(std::string(key), std::move(value));
  PendingRow pending = take("", std::move(row));
  within([&] {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (finished_) {
      refuse(pending);
    } else {
      submit_if_room(std::move(pending));
    }
  });
}

std::int64_t RunState::step() {
  const std::lock_guard<std::mutex> lock(mutex_);
  return next_step_;
}

bool RunState::reserve(std::int64_t bytes) {
  const std::int64_t stuck = open_row_ ? open_row_->bytes : 0;
  if (queue_.try_reserve(bytes, stuck)) {
    return true;
  }
  media_.hurry();
  const auto start = std::chrono::steady_clock::now();
  const bool room = queue_.reserve(bytes, stuck, [this] { return health_.is_failing(); });
  waited_ += std::chrono::steady_clock::now() - start;
  return room;
}

void RunState::merge_into_open_row(PendingRow row) {
  if (!reserve(row.bytes)) {
    report_lost(reporter_, row, kNoRoom);
    return;
  }
  if (!open_row_) {
    open_row_ = std::move(row);
  } else {
    std::int64_t more = 0;
    for (Row::Cell& cell : row.cells) {
      more += put_cell(open_row_->cells, std::move(cell));
    }
    queue_.release(row.bytes - more);
    open_row_->bytes += more;
    open_row_->timestamp = row.timestamp;
    open_row_->runtime = row.runtime;
  }
  // What an open row holds cannot drain, so a large one hands its images over before it is closed, and if that
  // does not help goes out: further cells of its step make a line of their own.
  const std::int64_t too_large = options_.max_pending_bytes() / 2;
  if (open_row_->bytes > too_large) {
    media_.submit(*open_row_);
  }
  if (open_row_->bytes > too_large) {
    submit_open_row();
  }
}

void RunState::submit_if_room(PendingRow row) {
  if (reserve(row.bytes)) {
    submit(std::move(row));
  } else {
    report_lost(reporter_, row, kNoRoom);
  }
}

void RunState::submit(PendingRow row) {
  media_.submit(row);
  queue_.push(std::move(row));
}

void RunState::submit_open_row() {
  if (open_row_) {
    submit(std::move(*open_row_));
    open_row_.reset();
  }
}

void RunState::close_open_row() {
  submit_open_row();
  open_step_.reset();
}

store::StoredImage RunState::bind(const Image& image, std::string_view key, std::int64_t step) {
  enter();
  const std::string name = checked_key(key);
  store::StoredImage stored;
  within([&] {
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      check_open();
    }
    stored = store_image(
        image, {directory_, name, step, options_.compression(),
                [](const std::function<void()>& write) { write(); }, [](const std::exception&) { throw; }});
    const std::lock_guard<std::mutex> lock(store_mutex_);
    store::Batch batch;
    directory_.publish(name, stored, batch.records);
    directory_.write_changed_config();
    directory_.append(batch);
  });
  return stored;
}

}  // namespace sconce
