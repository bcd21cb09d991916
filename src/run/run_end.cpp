// The life of a run's state: how it begins, in which process, and how it ends.

#include <c10/util/Exception.h>
#include <fmt/format.h>

#include <chrono>
#include <memory>
#include <stdexcept>
#include <thread>
#include <utility>

#include "run/readable_name.h"
#include "run/resumed_run.h"
#include "run/run_state.h"
#include "store/layout.h"

namespace sconce {
namespace {

constexpr auto kPatience = std::chrono::seconds(2);

}  // namespace

std::shared_ptr<RunState> RunState::open(RunOptions options) {
  std::optional<store::RestoredRun> resumed = resumed_run(options);
  if (options.id().empty()) {
    options.id(store::random_run_id());
  }
  if (options.name().empty()) {
    options.name(readable_name(options.dir()));
  }
  const std::shared_ptr<RunState> run(new RunState(options, std::move(resumed)), [](const RunState* state) {
    if (state->is_at_home()) {
      delete state;
    }
  });
  run->home_.add(run);
  run->display_.show_start(run->options_.name(), run->dir());
  try {
    run->add_to_config(options.config());
    run->listen();
  } catch (...) {
    run->finish_with_process(1, std::chrono::steady_clock::now());
    throw;
  }
  return run;
}

/// Begins what is recorded beside the rows.
void RunState::listen() {
  if (options_.system_metrics()) {
    monitor_.emplace(std::chrono::duration<double>(options_.system_metrics_interval()),
                     [this](const system::Metrics& metrics) { journal_.add_metrics(metrics); });
  }
  if (options_.capture_console()) {
    console_ = home_.console().add(
        [this](store::OutputStream stream, std::string_view text) { journal_.add_output(stream, text); });
  }
}

void RunState::stop_listening() {
  if (monitor_) {
    monitor_->stop();
  }
  if (console_) {
    home_.console().remove(*std::exchange(console_, std::nullopt));
  }
  journal_.report_losses(reporter_);
}

/// Every call of a handle begins here.
void RunState::enter() {
  TORCH_CHECK_VALUE(is_at_home(), "run ", id(), " belongs to process ", home_.id(), ", and this is process ",
                    Process::current().id(), ", forked from it: start a run of its own here");
  // Once more than for the process: a static Run is destroyed before what was registered ahead of it.
  if (!is_used_.load(std::memory_order_relaxed) && !is_used_.exchange(true)) {
    Process::watch_exit();
  }
}

void RunState::flush() {
  enter();
  TORCH_CHECK_VALUE(!is_inside(), "run ", id(), ": flush() may not be called by what the run calls");
  within([&] {
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      if (finished_) {
        return;
      }
      close_open_row();
    }
    const std::int64_t round = health_.retry_now();
    media_.hurry();
    if (!queue_.wait_until_done([&] { return health_.is_failing() && health_.has_failed_since(round); })) {
      health_.throw_last_error();
    }
    const std::lock_guard<std::mutex> lock(store_mutex_);
    store::Batch nothing;
    directory_.append(nothing);  // are those that were written before still there?
    directory_.write_summary(runtime_seconds());
  });
  if (const std::exception_ptr loss = reporter_.take_loss()) {
    std::rethrow_exception(loss);
  }
}

void RunState::finish(int exit_code) {
  enter();
  TORCH_CHECK_VALUE(!is_inside(), "run ", id(), ": finish() may not be called by what the run calls");
  within([&] { end(exit_code, std::chrono::steady_clock::now(), false); });
  if (const std::exception_ptr loss = reporter_.take_loss()) {
    std::rethrow_exception(loss);
  }
}

void RunState::finish_with_process(int exit_code, std::chrono::steady_clock::time_point since) noexcept {
  try {
    TORCH_CHECK(!is_inside(), "run ", id(), " is not finished: the process ends in the middle of a call of it");
    within([&] { end(exit_code, since, true); });
    if (const std::exception_ptr loss = reporter_.take_loss()) {
      std::rethrow_exception(loss);
    }
  } catch (const c10::Error& error) {
    report_last(std::runtime_error(error.what_without_backtrace()));
  } catch (const std::exception& error) {
    report_last(error);
  } catch (...) {
  }
}

/// Only the first call does it; others wait for it.
void RunState::end(int exit_code, std::chrono::steady_clock::time_point since, bool process_ends) {
  {
    std::unique_lock<std::mutex> lock(mutex_);
    process_ends_ |= process_ends;
    if (std::exchange(finished_, true)) {
      sealing_.wait(lock, [this] { return sealed_; });
      return;
    }
  }
  struct Sealed {
    RunState& run;
    ~Sealed() {
      const std::lock_guard<std::mutex> lock(run.mutex_);
      run.sealed_ = true;
      run.sealing_.notify_all();
    }
  };
  const Sealed sealed{*this};
  drain_and_seal(exit_code, since);
}

void RunState::drain_and_seal(int exit_code, std::chrono::steady_clock::time_point since) {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    close_open_row();
  }
  health_.retry_now();
  media_.hurry();
  drain(since);
  stop_listening();  // late: until here there may be something to hear
  const bool is_done = drain(since);
  if (!is_done) {
    health_.give_up();
  }
  queue_.close();
  committer_.join();
  media_.close();
  const auto now = std::chrono::steady_clock::now();
  seal(exit_code, is_done ? now + kPatience : now);
  show_end();
}

/// False if the disk refuses for good.
bool RunState::drain(std::chrono::steady_clock::time_point since) {
  terminal::ProgressLine progress(display_.terminal());
  bool is_done = false;
  bool is_pointless = false;
  while (!is_done && !is_pointless) {
    is_done = queue_.wait_until_done([&] {
      is_pointless = health_.is_failing_for(kPatience, since);
      return is_pointless || progress.is_due();
    });
    if (!is_done && !is_pointless) {
      const PendingQueue::Backlog backlog = queue_.backlog();
      progress.show(terminal::progress_text(backlog.rows, media_.waiting(), backlog.bytes));
    }
  }
  return is_done;
}

void RunState::show_end() {
  if (!display_.terminal().is_on()) {
    return;
  }
  terminal::RunReport report;
  report.rows = committer_.rows();
  report.media_files = directory_.media_files();
  report.media_bytes = directory_.media_bytes();
  report.errors = reporter_.errors();
  report.last_error = reporter_.last_error();
  report.losses = reporter_.losses();
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    report.seconds_waited = std::chrono::duration<double>(waited_).count();
  }
  display_.show_end(std::move(report), directory_.summary(), dir());
}

void RunState::report_long_summary() {
  if (directory_.summary_size() > store::kMostUploaded) {
    reporter_.report(std::runtime_error(
        fmt::format("the summary is {} bytes of JSON, and W&B's client uploads at most {}: it stays in {}",
                    directory_.summary_size(), store::kMostUploaded, store::kSummaryFile)));
  }
}

void RunState::seal(int exit_code, std::chrono::steady_clock::time_point deadline) {
  for (bool is_first = true;; is_first = false) {
    try {
      directory_.close(exit_code, runtime_seconds());
      report_long_summary();
      return;
    } catch (const std::filesystem::filesystem_error& error) {
      if (is_first) {
        reporter_.report(error);
      }
      if (std::chrono::steady_clock::now() >= deadline) {
        reporter_.lost("wandb-summary.json", std::nullopt, error.what());
        return;
      }
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
}

}  // namespace sconce
