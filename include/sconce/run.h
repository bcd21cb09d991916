#pragma once

#include <chrono>
#include <cstdint>
#include <exception>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <torch/arg.h>

#include "sconce/compression.h"
#include "sconce/logger.h"
#include "sconce/metric.h"
#include "sconce/row.h"

namespace sconce {

/// What becomes of a row whose stated step is below the newest one. wandb drops it.
enum class LateRows {
  /// Written as its own line with the step that was asked for; one warning per run. W&B gets it when the run ends,
  /// with a step that rises and, as `_late_step`, the one that was asked for.
  Keep,
  Throw,  ///< log() throws c10::ValueError
};

/// Where the pictures of an accelerator become PNG files.
enum class DeviceEncoding {
  /// There, on a stream of sconce's own, where that is worth it: with Compression::Fast, if four megabytes or more
  /// of pixels wait, of pictures that are no flat drawings, and the device is not too busy. Else on the CPU.
  Auto,
  Always,  ///< there, unless it has no memory for it
  Never,   ///< on the CPU
};

enum class AlertLevel { Info, Warn, Error };

/// What is left unset is taken from wandb's environment variables, where one is named below and not empty.
struct RunOptions {
  using ErrorHandler = std::function<void(const std::exception&)>;

  RunOptions(std::string project = "") : project_(std::move(project)) {}
  RunOptions(const char* project) : project_(project) {}

  /// At most 128 characters, none of / \ # ? % : and default: WANDB_PROJECT, "uncategorized".
  TORCH_ARG(std::string, project);
  TORCH_ARG(std::string, entity);  ///< W&B's user or team; default: WANDB_ENTITY, whoever uploads the run
  TORCH_ARG(std::string, name);    ///< default: WANDB_NAME, two words and a number
  /// At most 64 characters of text without / \ : ; , # ? ' and white space around; default: WANDB_RUN_ID, 8 random
  /// ones of a-z0-9.
  TORCH_ARG(std::string, id);
  /// The run to go on with: its directory, or its id if it lies in dir. Its rows, steps, config, metrics and
  /// summary are kept, and so are its project, name, group, job type, notes and tags, whatever is said of them
  /// here; config is added to. No such run is an error, unless id() says the same: then it begins.
  TORCH_ARG(std::filesystem::path, resume);
  /// The folder that holds run directories, made if missing; default: "wandb", in WANDB_DIR if that is set.
  TORCH_ARG(std::filesystem::path, dir);
  /// Nothing is written and nothing is kept: the run's handles log nowhere. Default: WANDB_MODE is "disabled".
  TORCH_ARG(std::optional<bool>, disabled);
  TORCH_ARG(Row, config);                     ///< numbers, text, one-element tensors, nested rows
  TORCH_ARG(std::string, group);              ///< default: WANDB_RUN_GROUP
  TORCH_ARG(std::string, job_type);           ///< default: WANDB_JOB_TYPE
  TORCH_ARG(std::string, notes);              ///< default: WANDB_NOTES
  TORCH_ARG(std::vector<std::string>, tags);  ///< each 1 to 64 characters; default: WANDB_TAGS, with commas
  TORCH_ARG(Compression, compression) = Compression::Fast;            ///< of images and masks
  TORCH_ARG(DeviceEncoding, device_encoding) = DeviceEncoding::Auto;  ///< of images; masks are encoded on the CPU
  /// 1 to 256. Unset: one for every eight hardware threads, at least 1 and at most 4, which leaves training its
  /// cores and encodes about a gigabyte of pixels a second each.
  TORCH_ARG(std::optional<std::int64_t>, encoder_threads);
  /// log() waits while so much memory is on its way to a working disk. All that is logged counts, whatever it is;
  /// beside it there are the images that are being encoded, one a thread and 32 MiB of them on a device.
  TORCH_ARG(std::int64_t, max_pending_bytes) = std::int64_t{256} << 20;
  TORCH_ARG(LateRows, late_rows) = LateRows::Keep;
  /// Samples processor, memory, disk, network and, where NVIDIA's driver is, GPUs, on a thread of its own.
  TORCH_ARG(bool, system_metrics) = true;
  TORCH_ARG(double, system_metrics_interval) = 15;  ///< seconds from one sample to the next, at least 0.1
  /// Keeps what the process writes to stdout and stderr, whoever writes it; it goes where it went before, too. A
  /// terminal stays one. Programs that are started meanwhile are heard as well; the child of a fork() is not.
  TORCH_ARG(bool, capture_console) = false;
  /// Hears of every trouble once, one call at a time, from sconce's threads and from those that log; it must not
  /// call the run: flush() and finish() throw there. Default: a line on stderr, at most one a second.
  TORCH_ARG(ErrorHandler, on_error);
};

/// A run: start here. Owns a directory in the wandb media layout and the threads that fill it. Move-only; its
/// member functions may be called from any thread, but not while it is moved from or destroyed.
///
/// A process that ends by exit(), from main, or by an exception that nobody catches finishes its open runs,
/// wherever they are; not one that ends by abort(), _exit() or quick_exit(). In the child of a fork() a run is
/// dead: log(), summarize(), flush() and finish() throw c10::ValueError, the destructor does nothing, and the
/// parent's run goes on. Such a child should end by exec() or _exit(): exit() can wait for ever inside LibTorch.
class Run {
 public:
  /// Makes <dir>/offline-run-<local time>-<id>/, or goes on in the one that options.resume() names, and points
  /// <dir>/latest-run at it. Throws c10::ValueError for bad options, std::filesystem::filesystem_error if the
  /// directory cannot be made, read, or has another logger at work.
  explicit Run(RunOptions options = {});
  /// finish(), with exit code 1 while an exception unwinds the stack. Never throws: errors go to on_error.
  ~Run();
  Run(Run&&) noexcept;
  Run& operator=(Run&&) noexcept;

  Logger logger(std::string_view prefix = "") const;
  /// = logger().log(...)
  void log(std::string_view key, Value value, std::optional<std::int64_t> step = {});
  void log(Row row, std::optional<std::int64_t> step = {});
  /// The summary's value for key, instead of the last one logged, from now on.
  void summarize(std::string_view key, Value value);
  /// Sets keys of the config, or replaces their values; one-element tensors are waited for. Throws c10::ValueError
  /// for values that no config has.
  void config(Row values);
  /// Says how W&B's page shows a metric and what the summary has of it. name: a key as it is logged, or one that
  /// ends in '*' for all that begin so; the longest that fits counts. To be called before the metric is logged:
  /// statistics see only what follows. Throws c10::ValueError for an empty name and a '*' elsewhere.
  void define_metric(std::string_view name, MetricOptions options = {});
  /// Copies a file into the run, now, and into its upload. name: where it is to lie below files/; default: file,
  /// if that is a relative path that climbs nowhere, or else its last part. One that is there is replaced. Throws
  /// c10::ValueError for what is no readable file, and for names of the run's own files.
  void save(const std::filesystem::path& file, const std::filesystem::path& name = {});
  /// Sends a message to those who watch the run at W&B, when it is uploaded: at most one of a title in `wait`.
  void alert(std::string_view title, std::string_view text, AlertLevel level = AlertLevel::Info,
             std::chrono::milliseconds wait = std::chrono::minutes(1));
  /// All logged so far, the open row included, is with the operating system (not fsynced), or the first error
  /// since the last flush() is thrown. Does nothing after finish().
  void flush();
  /// Flushes, seals and closes; a second call does nothing, but waits for the first. A disk that refuses is asked
  /// again for two seconds; then what is left is given up and the error that is thrown names it by key and step.
  void finish(int exit_code = 0);

  const std::string& id() const noexcept { return id_; }
  /// The run's own directory, absolute; empty for a run that is disabled.
  const std::filesystem::path& dir() const noexcept { return dir_; }
  std::int64_t step() const;  ///< of the next row that is logged without one
  bool resumed() const;       ///< it went on with rows, or at least a directory, of an earlier process

 private:
  friend class Image;
  std::shared_ptr<RunState> state_;  ///< none if the run is disabled
  std::string id_;
  std::filesystem::path dir_;
  int exceptions_at_start_ = 0;
};

}  // namespace sconce
