// A training step of a small convolutional network, with nothing logged, and with a 1920 x 1080 picture and the
// loss logged at every step: the picture is encoded by the CPU, on the device, or where sconce thinks best.
//   training_step [--device=cuda] [--benchmark_...]
// Time is that of a step, from the first to the last one's end on the device; "finish" is what is left to do then,
// in milliseconds. "ratio" is to the step with nothing logged, in this run.
#include <ATen/ATen.h>
#include <benchmark/benchmark.h>

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "arguments.h"
#include "sconce/sconce.h"
#include "scratch_folder.h"

namespace {

using Clock = std::chrono::steady_clock;
using sconce::DeviceEncoding;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

/// Three convolutions and their gradients.
class Training {
 public:
  explicit Training(const std::string& device)
      : options_(at::TensorOptions(at::kFloat).device(at::Device(device))),
        images_(at::rand({at::Device(device).is_cpu() ? 4 : 128, 3, 256, 256}, options_)),
        picture_(at::rand({3, 1080, 1920}, options_).cumsum_(1).cumsum_(2).remainder_(1)) {
    for (const std::int64_t channels : {3, 32, 64}) {
      weights_.push_back(at::randn({channels == 3 ? 32 : 64, channels, 3, 3}, options_).mul_(0.05));
      weights_.back().requires_grad_();
    }
  }

  /// Returns the loss, on the device.
  at::Tensor step() {
    at::Tensor values = images_;
    for (const at::Tensor& weight : weights_) values = at::conv2d(values, weight, {}, /*stride=*/2).relu();
    const at::Tensor loss = values.mean();
    loss.backward();
    for (const at::Tensor& weight : weights_) {
      weight.detach().sub_(weight.grad(), 1e-3);
      weight.mutable_grad().reset();
    }
    return loss.detach();
  }

  /// Another one at each step, as predictions are.
  at::Tensor picture() { return picture_.add_(0.01).remainder_(1); }

 private:
  at::TensorOptions options_;
  at::Tensor images_;
  at::Tensor picture_;
  std::vector<at::Tensor> weights_;
};

void train(benchmark::State& state, const std::string& device, std::optional<DeviceEncoding> encoding) {
  static double alone = 0;
  const sconce::benchmarks::ScratchFolder folder;
  Training training(device);
  training.step().item();
  sconce::Run run(sconce::RunOptions("training")
                      .dir(folder.path())
                      .disabled(!encoding)
                      .device_encoding(encoding.value_or(DeviceEncoding::Auto)));
  const Clock::time_point start = Clock::now();
  at::Tensor loss;
  for (auto _ : state) {
    loss = training.step();
    const at::Tensor picture = training.picture();
    if (encoding) run.log({{"loss", loss}, {"prediction", sconce::Image(picture)}});
  }
  loss.item();
  const double step = seconds_since(start) / static_cast<double>(state.iterations());
  const Clock::time_point end = Clock::now();
  run.finish();
  alone = encoding ? alone : step;
  state.counters["step"] = 1e3 * step;
  state.counters["ratio"] = alone == 0 ? 0 : step / alone;
  state.counters["finish"] = 1e3 * seconds_since(end);
}

void add(const std::string& name, const std::string& device, std::optional<DeviceEncoding> encoding) {
  benchmark::RegisterBenchmark(name.c_str(), [=](benchmark::State& state) { train(state, device, encoding); })
      ->Unit(benchmark::kMillisecond)
      ->UseRealTime()
      ->Iterations(device == "cpu" ? 20 : 300);
}

}  // namespace

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  const std::string device = sconce::benchmarks::Arguments(argc, argv).device;
  add("nothing logged", device, {});
  add("a picture a step", device, DeviceEncoding::Auto);
  if (device != "cpu") {
    add("a picture a step, encoded by the CPU", device, DeviceEncoding::Never);
    add("a picture a step, encoded on the device", device, DeviceEncoding::Always);
  }
  benchmark::RunSpecifiedBenchmarks();
}
