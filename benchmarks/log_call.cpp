// What a call of log() costs the thread that makes it, in processor time of that thread, while the run is written
// behind it. Rows, whose making is part of it, come in bursts of a thousand, or one after each step of a training,
// when everything else sleeps and the caches are the training's. Values made of tensors come in three parts,
// medians in microseconds: the tensor operation "alone", the "making" of the value with that operation in it, and
// "log". log_call [--benchmark_...]
#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <benchmark/benchmark.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "cpu_clock.h"
#include "sconce/sconce.h"
#include "scratch_folder.h"

namespace {

using sconce::Image;
using sconce::ImageOptions;
using sconce::Logger;
using sconce::Row;
using sconce::benchmarks::thread_cpu_seconds;

double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

using Call = std::function<void(const Logger& logger, int i)>;

void bursts(const std::string& name, sconce::Run& run, const std::string& prefix, const Call& call) {
  const auto measure = [&run, call, logger = run.logger(prefix)](benchmark::State& state) {
    constexpr int kCalls = 1000;
    for (auto _ : state) {
      const double start = thread_cpu_seconds();
      for (int i = 0; i < kCalls; ++i) call(logger, i);
      state.SetIterationTime((thread_cpu_seconds() - start) / kCalls);
      run.flush();
    }
  };
  benchmark::RegisterBenchmark((name + "/in bursts").c_str(), measure)
      ->UseManualTime()
      ->Unit(benchmark::kMicrosecond)
      ->Iterations(300);
}

/// After a step of training each. The clock's own cost, half a microsecond or so, is taken off.
void single_calls(const std::string& name, sconce::Run& run, const std::string& prefix, const Call& call) {
  const auto measure = [call, logger = run.logger(prefix)](benchmark::State& state) {
    std::vector<double> costs;
    at::Tensor weights = at::rand({256, 256});
    int i = 0;
    for (auto _ : state) {
      weights = at::mm(weights, weights).softmax(1);
      const double before = thread_cpu_seconds();
      const double start = thread_cpu_seconds();
      call(logger, i++);
      const double cost = thread_cpu_seconds() - start - (start - before);
      state.SetIterationTime(cost);
      costs.push_back(1e6 * cost);
    }
    state.counters["median"] = median(costs);
  };
  benchmark::RegisterBenchmark((name + "/one a step").c_str(), measure)
      ->UseManualTime()
      ->Unit(benchmark::kMicrosecond)
      ->Iterations(2000);
}

void rows(const std::string& name, sconce::Run& run, const Call& call, const std::string& prefix = "") {
  bursts(name, run, prefix, call);
  single_calls(name, run, prefix, call);
}

/// alone: the tensor operation, whose results are freed outside the measurement.
void values(const std::string& name, sconce::Run& run, const std::function<std::vector<at::Tensor>()>& alone,
            const std::function<sconce::Value()>& make) {
  const auto measure = [&run, alone, make, logger = run.logger()](benchmark::State& state) {
    std::vector<double> operations;
    std::vector<double> makings;
    std::vector<double> calls;
    for (auto _ : state) {
      const double start = thread_cpu_seconds();
      const std::vector<at::Tensor> converted = alone();
      const double operated = thread_cpu_seconds();
      sconce::Value value = make();
      const double made = thread_cpu_seconds();
      logger.log("key", std::move(value));
      const double end = thread_cpu_seconds();
      state.SetIterationTime(end - operated);
      operations.push_back(1e6 * (operated - start));
      makings.push_back(1e6 * (made - operated));
      calls.push_back(1e6 * (end - made));
      run.flush();
    }
    state.counters["alone"] = median(operations);
    state.counters["making"] = median(makings);
    state.counters["log"] = median(calls);
  };
  benchmark::RegisterBenchmark(name.c_str(), measure)
      ->UseManualTime()
      ->Unit(benchmark::kMicrosecond)
      ->Iterations(300);
}

Row ten_scalars(int i) {
  const double x = 0.1 * i;
  return {{"loss", x},          {"accuracy", x + 1}, {"lr", x + 2},      {"grad_norm", x + 3}, {"epoch", x + 4},
          {"step_time", x + 5}, {"momentum", x + 6}, {"entropy", x + 7}, {"kl", x + 8},        {"reward", x + 9}};
}

void register_rows(sconce::Run& run) {
  rows("one scalar", run, [](const Logger& logger, int i) { logger.log("loss", 0.1 * i); });
  rows("one tensor", run, [loss = at::rand({})](const Logger& logger, int) { logger.log("loss", loss); });
  rows("ten scalars", run, [](const Logger& logger, int i) { logger.log(ten_scalars(i)); });
  rows(
      "ten scalars, prefix", run, [](const Logger& logger, int i) { logger.log(ten_scalars(i)); },
      "a_long_prefix/");
  rows("ten scalars, stated steps", run, [step = std::make_shared<std::int64_t>(0)](const Logger& logger, int i) {
    logger.log(ten_scalars(i), *step += 1'000'000);
  });
  rows("texts", run, [](const Logger& logger, int i) {
    logger.log({{"loss", 0.1 * i},
                {"phase", "train"},
                {"file", "data/imagenet/train/n01440764/n01440764_10026.JPEG"},
                {"label", std::string("tench, Tinca tinca")}});
  });
}

void register_images(sconce::Run& run) {
  for (const auto& [name, height, width] :
       {std::make_tuple("8", 8, 8), std::make_tuple("256", 256, 256), std::make_tuple("512", 512, 512),
        std::make_tuple("1080p", 1080, 1920)}) {
    const at::Tensor picture = at::rand({3, height, width});
    values(
        std::string("image ") + name, run, [picture] { return std::vector{sconce::ops::to_pixels(picture)}; },
        [picture] { return Image(picture); });
  }
  const at::Tensor batch = at::rand({16, 3, 64, 64});
  values(
      "list of 16 images 64", run, [batch] { return std::vector{sconce::ops::to_pixels(batch)}; },
      [batch] { return Image::batch(batch); });
}

void register_layers(sconce::Run& run) {
  const at::Tensor picture = at::rand({3, 64, 64});
  const at::Tensor labels = at::randint(20, {64, 64}, at::kLong);
  values(
      "image 64 with mask", run,
      [=] {
        return std::vector{sconce::ops::to_pixels(picture), sconce::ops::to_labels(labels)};
      },
      [=] {
        return Image(picture, ImageOptions().masks({{"truth", sconce::Mask(labels)}}));
      });
  const at::Tensor corners = at::tensor({10., 20., 110., 120.}).expand({50, 4}).contiguous();
  values(
      "image 64 with 50 boxes", run,
      [=] {
        return std::vector{sconce::ops::to_pixels(picture),
                           sconce::ops::to_xyxy(corners, sconce::BoxFormat::XYXY)};
      },
      [=] {
        return Image(picture, ImageOptions().boxes({{"truth", sconce::Boxes(corners)}}));
      });
  const at::Tensor weights = at::randn({100'000});
  values(
      "histogram of 100,000", run,
      [=] {
        const auto [counts, edges] = sconce::ops::histogram_counts(weights);
        return std::vector{counts, edges};
      },
      [=] { return sconce::Histogram(weights); });
}

}  // namespace

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  const sconce::benchmarks::ScratchFolder folder;
  at::set_num_threads(1);
  sconce::Run run(sconce::RunOptions("log_call").dir(folder.path()));
  register_rows(run);
  register_images(run);
  register_layers(run);
  benchmark::RunSpecifiedBenchmarks();
}
