// Trains a small network to read handwritten digits and logs how it learns: loss and accuracy at every step; after
// each epoch the accuracy on unseen digits, histograms of weights and gradients, a sheet of test digits with what
// the network says they are, and its worst mistakes.
#include <fmt/format.h>
#include <sconce/sconce.h>
#include <torch/torch.h>
#include <CLI/CLI.hpp>

#include "support/digits.h"
#include "support/errors.h"
#include "support/progress.h"

namespace {

struct Arguments {
  int64_t epochs = 20;
  int64_t batch = 32;
  int64_t limit = 0;
  double lr = 2e-3;
  std::string dir = "wandb";
  std::string data = SCONCE_EXAMPLES_DATA "/digits.bin";
  std::string checkpoint;
};

/// One picture of the first digits: those that are read wrongly in red, the predictions as its caption.
sconce::Image sheet(const torch::Tensor& images, const torch::Tensor& predicted, const torch::Tensor& correct) {
  constexpr int64_t kShown = 32;
  const auto grey = example::magnify(images.slice(0, 0, kShown)).expand({-1, 3, -1, -1});
  const auto red = torch::tensor({1.0, 0.3, 0.3}, grey.options()).view({1, 3, 1, 1});
  const auto tinted = torch::where(correct.slice(0, 0, kShown).view({-1, 1, 1, 1}), grey, grey * red);

  const auto said = predicted.slice(0, 0, kShown).cpu();
  std::string caption;
  for (int64_t i = 0; i < said.size(0); ++i) {
    caption += fmt::format("{}{}", i == 0 ? "" : i % 8 == 0 ? " / " : " ", said[i].item<int64_t>());
  }
  return sconce::Image(tinted, sconce::ImageOptions().caption(caption));
}

/// The digits that are read wrongly, the most confident error first.
std::vector<sconce::Image> worst_mistakes(const example::Digits& digits, const torch::Tensor& predicted,
                                          const torch::Tensor& losses) {
  constexpr int64_t kShown = 8;
  const auto mistakes = (predicted != digits.labels).nonzero().flatten();
  const auto order = losses.index({mistakes}).argsort(/*dim=*/0, /*descending=*/true).slice(0, 0, kShown);

  std::vector<sconce::Image> images;
  for (const auto& i : mistakes.index({order}).unbind()) {
    const auto caption =
        fmt::format("said {}, was {}", predicted[i].item<int64_t>(), digits.labels[i].item<int64_t>());
    images.emplace_back(example::magnify(digits.images[i]), sconce::ImageOptions().caption(caption));
  }
  return images;
}

/// It gets a handle, not the run: where its keys end up is the caller's business.
double evaluate(torch::nn::Sequential& net, const example::Digits& digits, sconce::Logger logger, int64_t step) {
  torch::NoGradGuard no_grad;
  net->eval();
  const auto logits = net->forward(digits.images);
  const auto predicted = logits.argmax(1);
  const auto correct = predicted == digits.labels;
  const auto losses = torch::nll_loss(logits.log_softmax(1), digits.labels, {}, torch::Reduction::None);
  const auto accuracy = correct.to(torch::kFloat).mean();

  logger.log(
      {{"loss", losses.mean()}, {"accuracy", accuracy}, {"sheet", sheet(digits.images, predicted, correct)}},
      step);
  if (auto mistakes = worst_mistakes(digits, predicted, losses); !mistakes.empty()) {
    logger.log("mistakes", std::move(mistakes), step);
  }
  net->train();
  return accuracy.item<double>();
}

void log_parameters(const torch::nn::Sequential& net, sconce::Logger logger, int64_t step) {
  for (const auto& parameter : net->named_parameters()) {
    logger.log("weights/" + parameter.key(), sconce::Histogram(parameter.value()), step);
    logger.log("gradients/" + parameter.key(), sconce::Histogram(parameter.value().grad()), step);
  }
}

/// Returns the last accuracy on the test digits.
double train(const Arguments& arguments, torch::nn::Sequential& net, const example::Digits& digits,
             const example::Digits& test, const sconce::Run& run) {
  auto logger = run.logger("train/");
  torch::optim::Adam optimizer(net->parameters(), torch::optim::AdamOptions(arguments.lr));
  const example::Progress progress;
  double test_accuracy = 0;
  int64_t step = -1;
  for (int64_t epoch = 1; epoch <= arguments.epochs; ++epoch) {
    for (const auto& batch :
         torch::randperm(digits.labels.size(0)).to(digits.labels.device()).split(arguments.batch)) {
      const auto labels = digits.labels.index({batch});
      const auto logits = net->forward(digits.images.index({batch}));
      const auto loss = torch::cross_entropy_loss(logits, labels);
      optimizer.zero_grad();
      loss.backward();
      optimizer.step();

      // Tensors, not loss.item(): on a GPU the loop does not wait for them.
      const auto accuracy = (logits.argmax(1) == labels).to(torch::kFloat).mean();
      logger.log({{"loss", loss}, {"accuracy", accuracy}, {"epoch", epoch}}, ++step);
      progress.show(fmt::format("epoch {}/{}  step {}", epoch, arguments.epochs, step));
    }
    // The same step once more: these cells join the row of the epoch's last batch.
    log_parameters(net, run.logger(), step);
    test_accuracy = evaluate(net, test, run.logger("test/"), step);
    progress.finish(
        fmt::format("epoch {}/{}  test accuracy {:.2f} %", epoch, arguments.epochs, 100 * test_accuracy));
  }
  return test_accuracy;
}

void train_and_save(const Arguments& arguments) {
  torch::manual_seed(1);
  const torch::Device device(torch::cuda::is_available() ? torch::kCUDA : torch::kCPU);
  auto digits = example::load_digits(arguments.data, /*for_testing=*/false);
  if (arguments.limit > 0) {
    digits = {digits.images.slice(0, 0, arguments.limit), digits.labels.slice(0, 0, arguments.limit)};
  }
  const auto test = example::load_digits(arguments.data, /*for_testing=*/true).to(device);
  auto net = example::make_digits_net();
  net->to(device);

  sconce::Run run(sconce::RunOptions("digits")
                      .dir(arguments.dir)
                      .job_type("train")
                      .config({{"epochs", arguments.epochs},
                               {"batch", arguments.batch},
                               {"lr", arguments.lr},
                               {"digits", digits.labels.size(0)}}));
  const double accuracy = train(arguments, net, digits.to(device), test, run);
  run.finish();

  const std::string checkpoint =
      arguments.checkpoint.empty() ? arguments.dir + "/digits.pt" : arguments.checkpoint;
  net->to(torch::kCPU);
  torch::save(net, checkpoint);
  fmt::print("Test accuracy {:.2f} %\nCheckpoint    {}\n", 100 * accuracy, checkpoint);
}

}  // namespace

int main(int argc, char** argv) {
  Arguments arguments;
  CLI::App app("Trains a small network to read handwritten digits.");
  app.option_defaults()->always_capture_default();
  app.add_option("--epochs", arguments.epochs, "Rounds over the training digits")->check(CLI::PositiveNumber);
  app.add_option("--batch", arguments.batch, "Digits in a step")->check(CLI::PositiveNumber);
  app.add_option("--lr", arguments.lr, "Learning rate of Adam")->check(CLI::PositiveNumber);
  app.add_option("--limit", arguments.limit, "Train on so many digits only; 0 for all")
      ->check(CLI::NonNegativeNumber);
  app.add_option("--dir", arguments.dir, "The folder that holds run directories");
  app.add_option("--data", arguments.data, "The digits")->check(CLI::ExistingFile);
  app.add_option("--checkpoint", arguments.checkpoint, "Where the network is saved [default: digits.pt in --dir]");
  CLI11_PARSE(app, argc, argv);
  try {
    train_and_save(arguments);
  } catch (const std::exception& error) {
    fmt::print(stderr, "{}\n", example::message(error));
    return 1;
  }
}
