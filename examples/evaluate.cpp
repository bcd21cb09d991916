// Asks a trained network about digits it has not seen, or about a folder of pictures, and logs what it says of
// each one.
#include <algorithm>
#include <filesystem>
#include <functional>
#include <optional>

#include <fmt/format.h>
#include <sconce/sconce.h>
#include <torch/script.h>
#include <torch/torch.h>
#include <CLI/CLI.hpp>

#include "support/digits.h"
#include "support/errors.h"
#include "support/progress.h"
#include "support/read_png.h"

namespace {
namespace fs = std::filesystem;

struct Arguments {
  std::string dir = "wandb";
  std::string checkpoint;
  std::string model;
  std::string images;
  std::string data = SCONCE_EXAMPLES_DATA "/digits.bin";
};

using Network = std::function<torch::Tensor(const torch::Tensor&)>;

struct Sample {
  torch::Tensor input;  ///< [1,1,8,8]
  std::optional<int64_t> truth;
  sconce::Image picture;
};

struct Samples {
  int64_t count;
  std::function<Sample(int64_t)> get;
};

struct Answer {
  int64_t said;
  double confidence;
};

Network load_network(const Arguments& arguments) {
  if (!arguments.model.empty()) {
    auto module = torch::jit::load(arguments.model, torch::kCPU);
    module.eval();
    return [module](const torch::Tensor& input) mutable { return module.forward({input}).toTensor(); };
  }
  auto net = example::make_digits_net();
  torch::load(net, arguments.checkpoint);
  net->eval();
  return [net](const torch::Tensor& input) mutable { return net->forward(input); };
}

Samples test_digits(const std::string& data) {
  const auto digits = example::load_digits(data, /*for_testing=*/true);
  return {digits.labels.size(0), [digits](int64_t i) -> Sample {
            const auto image = digits.images[i];
            return {image.unsqueeze(0), digits.labels[i].item<int64_t>(), sconce::Image(example::magnify(image))};
          }};
}

/// Light ink on dark paper, of any size. The truth is the name of a picture's folder, where that is a digit.
Samples folder_of_pictures(const fs::path& folder) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.path().extension() == ".png") {
      files.push_back(entry.path());
    }
  }
  std::sort(files.begin(), files.end());

  return {static_cast<int64_t>(files.size()), [files](int64_t i) -> Sample {
            const auto& file = files[i];
            const auto input = torch::adaptive_avg_pool2d(example::read_grey_png(file), {8, 8}).unsqueeze(0);
            const auto parent = file.parent_path().filename().string();
            const bool is_digit = parent.size() == 1 && parent[0] >= '0' && parent[0] <= '9';
            return {input, is_digit ? std::optional<int64_t>(parent[0] - '0') : std::nullopt, sconce::Image(file)};
          }};
}

Answer ask(const Network& network, const torch::Tensor& input) {
  const auto [confidence, said] = network(input).softmax(1).max(1);
  return {said.item<int64_t>(), confidence.item<double>()};
}

void log_answer(sconce::Logger logger, const Sample& sample, const Answer& answer) {
  auto caption = fmt::format("said {} ({:.0f} %)", answer.said, 100 * answer.confidence);
  sconce::Row row{{"said", answer.said}, {"confidence", answer.confidence}};
  if (sample.truth) {
    caption += fmt::format(", was {}", *sample.truth);
    row.set("truth", *sample.truth).set("correct", answer.said == *sample.truth);
  }
  // The same picture with a caption: its pixels are shared, not copied.
  row.set("picture", sconce::Image(sample.picture, sconce::ImageOptions().caption(caption)));
  logger.log(std::move(row));
}

/// confusion[truth][said] counts answers.
void report(sconce::Run& run, const torch::Tensor& confusion) {
  const auto asked = confusion.sum(1);
  const auto right = confusion.diagonal();
  const auto mistakes = confusion - right.diag();
  sconce::Row by_class;
  fmt::print("digit   asked  right  accuracy  most often taken for\n");
  for (int64_t digit = 0; digit < 10; ++digit) {
    const auto count = asked[digit].item<int64_t>();
    if (count == 0) {
      continue;
    }
    const double accuracy = right[digit].item<double>() / static_cast<double>(count);
    const auto [times, other] = mistakes[digit].max(0);
    const auto taken_for = times.item<int64_t>() == 0 ? "-" : std::to_string(other.item<int64_t>());
    fmt::print("{:>5} {:>7} {:>6} {:>7.1f} %  {}\n", digit, count, right[digit].item<int64_t>(), 100 * accuracy,
               taken_for);
    by_class.set(std::to_string(digit), accuracy);
  }
  const double accuracy = right.sum().item<double>() / asked.sum().item<double>();
  fmt::print("  all {:>7} {:>6} {:>7.1f} %\n", asked.sum().item<int64_t>(), right.sum().item<int64_t>(),
             100 * accuracy);

  run.summarize("accuracy", accuracy);
  run.summarize("accuracy_by_class", std::move(by_class));
  // The root makes rare answers visible.
  const auto shares = (confusion / asked.clamp_min(1).unsqueeze(1)).sqrt();
  run.log("confusion", sconce::Image(example::magnify(shares, 16),
                                     sconce::ImageOptions().caption("down: truth, across: answer")));
}

void evaluate(const Arguments& arguments) {
  torch::NoGradGuard no_grad;
  const auto network = load_network(arguments);
  const auto samples =
      arguments.images.empty() ? test_digits(arguments.data) : folder_of_pictures(arguments.images);
  TORCH_CHECK(samples.count > 0, "no .png files in ", arguments.images);

  sconce::Run run(sconce::RunOptions("digits")
                      .dir(arguments.dir)
                      .job_type("evaluate")
                      .config({{"network", arguments.model.empty() ? arguments.checkpoint : arguments.model}}));
  auto logger = run.logger();
  const example::Progress progress;
  auto confusion = torch::zeros({10, 10}, torch::kLong);
  for (int64_t i = 0; i < samples.count; ++i) {
    const auto sample = samples.get(i);
    const auto answer = ask(network, sample.input);
    log_answer(logger, sample, answer);
    if (sample.truth) {
      confusion[*sample.truth][answer.said] += 1;
    }
    progress.show(fmt::format("{} {}/{}", example::bar(i + 1, samples.count), i + 1, samples.count));
  }
  progress.finish(fmt::format("asked about {} pictures", samples.count));

  if (confusion.sum().item<int64_t>() > 0) {
    report(run, confusion);
  }
  run.finish();
}

}  // namespace

int main(int argc, char** argv) {
  Arguments arguments;
  CLI::App app("Evaluates a network that reads digits.");
  app.option_defaults()->always_capture_default();
  app.add_option("--dir", arguments.dir, "The folder that holds run directories");
  auto* checkpoint = app.add_option("--checkpoint", arguments.checkpoint,
                                    "What train_digits saved [default: digits.pt in --dir]");
  app.add_option("--model", arguments.model, "A TorchScript file, [N,1,8,8] to [N,10]")
      ->check(CLI::ExistingFile)
      ->excludes(checkpoint);
  app.add_option("--images", arguments.images, "A folder of .png files; without it the digits kept for testing")
      ->check(CLI::ExistingDirectory);
  app.add_option("--data", arguments.data, "The digits")->check(CLI::ExistingFile);
  CLI11_PARSE(app, argc, argv);
  if (arguments.checkpoint.empty()) {
    arguments.checkpoint = arguments.dir + "/digits.pt";
  }
  try {
    evaluate(arguments);
  } catch (const std::exception& error) {
    fmt::print(stderr, "{}\n", example::message(error));
    return 1;
  }
}
