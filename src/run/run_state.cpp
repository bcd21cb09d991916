#include "run/run_state.h"

#include <c10/core/impl/DeviceGuardImplInterface.h>
#include <c10/util/Exception.h>
#include <fmt/format.h>

#include <limits>
#include <nlohmann/json.hpp>
#include <thread>
#include <utility>

#include "run/row_json.h"
#include "run/run_options.h"
#include "run/store_image.h"
#include "store/layout.h"

namespace sconce {
namespace {

std::int64_t count_gpus() {
  constexpr auto kCuda = c10::DeviceType::CUDA;
  return c10::impl::hasDeviceGuardImpl(kCuda) ? c10::impl::getDeviceGuardImpl(kCuda)->deviceCount() : 0;
}

double unix_seconds() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

RunOptions checked(RunOptions options) {
  check(options);
  if (options.id().empty()) {
    options.id(store::random_run_id());
  }
  if (options.name().empty()) {
    options.name(options.id());
  }
  return options;
}

store::RunDescription description_of(const RunOptions& options, std::time_t start) {
  return {options.dir(),
          options.id(),
          options.project(),
          options.name(),
          options.group(),
          options.job_type(),
          options.notes(),
          options.tags(),
          start,
          count_gpus(),
          settings_json(options.config())};
}

}  // namespace

RunState::RunState(RunOptions options)
    : options_(checked(std::move(options))),
      reporter_(options_.on_error()),
      queue_(options_.max_pending_bytes()),
      health_(reporter_, [this] { queue_.wake(); }),
      directory_(description_of(options_, start_.wall)),
      media_(queue_, health_, reporter_, directory_, options_),
      committer_(queue_, directory_, store_mutex_, health_, reporter_, start_.steady) {}

std::int64_t RunState::runtime_seconds() const {
  return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::steady_clock::now() - start_.steady)
      .count();
}

void RunState::stamp(PendingRow& row) const {
  row.timestamp = unix_seconds();
  row.runtime = std::chrono::duration<double>(std::chrono::steady_clock::now() - start_.steady).count();
}

void RunState::check_open() const {
  TORCH_CHECK_VALUE(!finished_, "run ", id(), " is finished: nothing more can be logged");
}

PendingRow RunState::take(std::string_view prefix, Row row) {
  PendingRow pending;
  pending.cells = take_cells(prefix, std::move(row));
  pending.bytes = static_cast<std::int64_t>(sizeof(PendingRow)) + pending_bytes(pending.cells);
  return pending;
}

void RunState::log(std::string_view prefix, Row row, std::optional<std::int64_t> step) {
  TORCH_CHECK_VALUE(!step || (*step >= 0 && *step < std::numeric_limits<std::int64_t>::max()),
                    "expected a step of at least 0, got ", *step);
  PendingRow pending = take(prefix, std::move(row));
  const std::lock_guard<std::mutex> lock(mutex_);
  check_open();
  stamp(pending);
  if (!step) {
    close_open_row();
    pending.step = next_step_++;
    submit_if_room(std::move(pending));
    return;
  }
  pending.step = step;
  if (step == open_step_) {
    merge_into_open_row(std::move(pending));
  } else if (*step < next_step_) {
    log_late(std::move(pending));
  } else {
    close_open_row();
    next_step_ = *step + 1;
    open_step_ = step;
    merge_into_open_row(std::move(pending));
  }
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
  Row row;
  row.set(std::string(key), std::move(value));
  PendingRow pending = take("", std::move(row));
  const std::lock_guard<std::mutex> lock(mutex_);
  check_open();
  submit_if_room(std::move(pending));
}

bool RunState::reserve(std::int64_t bytes) {
  const std::int64_t stuck = open_row_ ? open_row_->bytes : 0;
  if (queue_.try_reserve(bytes, stuck)) {
    return true;
  }
  media_.hurry();
  return queue_.reserve(bytes, stuck, [this] { return health_.is_failing(); });
}

void RunState::merge_into_open_row(PendingRow row) {
  if (!reserve(row.bytes)) {
    lose(row);
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
    lose(row);
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

void RunState::lose(const PendingRow& row) {
  report_lost(reporter_, row, "the disk refuses and max_pending_bytes are waiting");
}

void RunState::flush() {
  const std::int64_t failures = health_.failures();
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (finished_) {
      return;
    }
    close_open_row();
  }
  health_.retry_now();
  media_.hurry();
  if (!queue_.wait_until_done([&] { return health_.is_failing() && health_.failures() > failures; })) {
    std::rethrow_exception(health_.last_error());
  }
  {
    const std::lock_guard<std::mutex> lock(store_mutex_);
    directory_.write_summary(runtime_seconds());
  }
  if (const std::exception_ptr loss = reporter_.take_loss()) {
    std::rethrow_exception(loss);
  }
}

void RunState::finish(int exit_code) {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (std::exchange(finished_, true)) {
      return;
    }
    close_open_row();
  }
  constexpr auto kPatience = std::chrono::seconds(2);
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  const auto is_over = [&] { return std::chrono::steady_clock::now() > deadline; };
  health_.retry_now();
  media_.hurry();
  if (!queue_.wait_until_done([&] { return health_.is_failing() && is_over(); })) {
    health_.give_up();
  }
  queue_.close();
  committer_.join();
  media_.close();
  seal(exit_code, is_over);
  if (const std::exception_ptr loss = reporter_.take_loss()) {
    std::rethrow_exception(loss);
  }
}

void RunState::seal(int exit_code, const std::function<bool()>& is_over) {
  for (;;) {
    try {
      directory_.close(exit_code, runtime_seconds());
      return;
    } catch (const std::filesystem::filesystem_error& error) {
      if (is_over()) {
        reporter_.lost("wandb-summary.json", std::nullopt, error.what());
        return;
      }
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
}

store::StoredImage RunState::bind(const Image& image, std::string_view key, std::int64_t step) {
  const std::string name = checked_key(key);
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    check_open();
  }
  const store::StoredImage stored = store_image(
      image, {directory_, name, step, options_.compression(), [](const std::function<void()>& write) { write(); },
              [](const std::exception&) { throw; }});
  const std::lock_guard<std::mutex> lock(store_mutex_);
  directory_.publish_class_names(name, stored);
  return stored;
}

}  // namespace sconce
