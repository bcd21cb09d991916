// Trains a small U-Net to find discs, boxes and striped patches in drawn scenes, and logs the scenes with
// predicted and true masks and boxes over them, and how well they agree.
#include <fmt/format.h>
#include <sconce/sconce.h>
#include <torch/torch.h>
#include <CLI/CLI.hpp>

#include "support/errors.h"
#include "support/progress.h"
#include "support/scenes.h"

namespace {

struct Arguments {
  int64_t steps = 300;
  int64_t batch = 16;
  int64_t size = 64;
  int64_t every = 100;
  double lr = 1e-2;
  std::string dir = "wandb";
};

const sconce::Classes kClasses{"ground", "disc", "box", "stripes"};

torch::nn::Sequential block(int64_t in, int64_t out) {
  using namespace torch::nn;
  return Sequential(Conv2d(Conv2dOptions(in, out, 3).padding(1).bias(false)), BatchNorm2d(out), ReLU(),
                    Conv2d(Conv2dOptions(out, out, 3).padding(1).bias(false)), BatchNorm2d(out), ReLU());
}

/// Three halvings and back, with a short cut at each size.
struct UNetImpl : torch::nn::Module {
  UNetImpl(int64_t classes, int64_t width) {
    down->push_back(block(3, width));
    for (int64_t level = 1; level <= kHalvings; ++level, width *= 2) {
      down->push_back(block(width, 2 * width));
    }
    for (int64_t level = 1; level <= kHalvings; ++level, width /= 2) {
      up->push_back(block(width + width / 2, width / 2));
    }
    head = torch::nn::Conv2d(width, classes, 1);
    register_module("down", down);
    register_module("up", up);
    register_module("head", head);
  }

  torch::Tensor forward(torch::Tensor x) {
    std::vector<torch::Tensor> kept;
    for (const auto& level : *down) {
      x = level->as<torch::nn::Sequential>()->forward(kept.empty() ? x : torch::max_pool2d(x, 2));
      kept.push_back(x);
    }
    kept.pop_back();
    for (const auto& level : *up) {
      const auto& same_size = kept.back();
      x = torch::cat({same_size, torch::upsample_nearest2d(x, same_size.sizes().slice(2))}, 1);
      x = level->as<torch::nn::Sequential>()->forward(x);
      kept.pop_back();
    }
    return head->forward(x);
  }

  static constexpr int64_t kHalvings = 3;
  torch::nn::ModuleList down, up;
  torch::nn::Conv2d head{nullptr};
};
TORCH_MODULE(UNet);

/// The smallest box (x0, y0, x1, y1) around what is true in [H,W].
torch::Tensor extent(const torch::Tensor& region) {
  const auto rows = region.any(1).nonzero();
  const auto columns = region.any(0).nonzero();
  return torch::stack({columns.min(), rows.min(), columns.max() + 1, rows.max() + 1});
}

/// Leaves out pixels with few of their kind around them: a stray one would stretch its box over the scene.
torch::Tensor without_specks(const torch::Tensor& region) {
  constexpr double kFewest = 9;  // of the 25 around a pixel: what the corner of a box has
  const auto share = torch::avg_pool2d(region.to(torch::kFloat).unsqueeze(0), 5, /*stride=*/1, /*padding=*/2);
  return region.logical_and(share.squeeze(0) * 25 > kFewest - 0.5);
}

/// A box around each kind of thing in labels [H,W]; with probabilities [C,H,W] its score is their mean in it.
sconce::Boxes boxes_of(const torch::Tensor& labels, const torch::Tensor& probabilities = {}) {
  constexpr int64_t kFewestPixels = 8;
  std::vector<torch::Tensor> corners{torch::empty({0, 4}, labels.options())};
  std::vector<int64_t> ids;
  std::vector<double> scores;
  for (int64_t id = example::kGround + 1; id < example::kSceneClasses; ++id) {
    const auto region = probabilities.defined() ? without_specks(labels == id) : labels == id;
    if (region.sum().item<int64_t>() < kFewestPixels) {
      continue;
    }
    corners.push_back(extent(region).unsqueeze(0));
    ids.push_back(id);
    if (probabilities.defined()) {
      scores.push_back(probabilities[id].masked_select(region).mean().item<double>());
    }
  }
  auto options = sconce::BoxesOptions().labels(torch::tensor(ids, torch::kLong));
  if (probabilities.defined()) {
    options.scores({{"confidence", torch::tensor(scores, torch::kDouble)}});
  }
  return sconce::Boxes(torch::cat(corners), options);
}

/// For each class the pixels that prediction and truth both give to it, over those that either gives to it: [C].
torch::Tensor overlaps(const torch::Tensor& predicted, const torch::Tensor& truth) {
  std::vector<torch::Tensor> ious;
  for (int64_t id = 0; id < example::kSceneClasses; ++id) {
    const auto in_predicted = predicted == id;
    const auto in_truth = truth == id;
    ious.push_back(in_predicted.logical_and(in_truth).sum() / in_predicted.logical_or(in_truth).sum());
  }
  return torch::stack(ious);
}

std::vector<sconce::Image> pictures(const example::Scenes& scenes, const torch::Tensor& probabilities,
                                    const torch::Tensor& predicted) {
  constexpr int64_t kShown = 6;
  std::vector<sconce::Image> images;
  for (int64_t i = 0; i < std::min(kShown, predicted.size(0)); ++i) {
    images.emplace_back(scenes.images[i], sconce::ImageOptions()
                                              .caption(fmt::format("scene {}", i))
                                              .classes(kClasses)
                                              .masks({{"prediction", sconce::Mask(predicted[i])},
                                                      {"truth", sconce::Mask(scenes.masks[i])}})
                                              .boxes({{"prediction", boxes_of(predicted[i], probabilities[i])},
                                                      {"truth", boxes_of(scenes.masks[i])}}));
  }
  return images;
}

/// Returns the mean overlap.
double evaluate(UNet& net, const example::Scenes& scenes, sconce::Logger logger, int64_t step) {
  torch::NoGradGuard no_grad;
  net->eval();
  const auto probabilities = net->forward(scenes.images).softmax(1);
  const auto predicted = probabilities.argmax(1);
  net->train();

  const auto ious = overlaps(predicted, scenes.masks);
  const auto mean = ious.mean();
  sconce::Row row{{"iou/mean", mean}, {"scenes", pictures(scenes, probabilities, predicted)}};
  for (const auto& [id, name] : kClasses.names()) {
    row.set("iou/" + name, ious[id]);
  }
  logger.log(std::move(row), step);
  return mean.item<double>();
}

void train(const Arguments& arguments) {
  torch::manual_seed(1);
  const torch::Device device(torch::cuda::is_available() ? torch::kCUDA : torch::kCPU);
  constexpr uint64_t kTestSeed = 0;  // training scenes have the seeds from 1
  const auto test = example::draw_scenes(32, arguments.size, kTestSeed).to(device);
  UNet net(example::kSceneClasses, 8);
  net->to(device);
  torch::optim::Adam optimizer(net->parameters(), torch::optim::AdamOptions(arguments.lr));

  sconce::Run run(sconce::RunOptions("segmentation")
                      .dir(arguments.dir)
                      .config({{"steps", arguments.steps},
                               {"batch", arguments.batch},
                               {"size", arguments.size},
                               {"lr", arguments.lr}}));
  auto logger = run.logger("train/");
  const example::Progress progress;
  for (int64_t step = 1; step <= arguments.steps; ++step) {
    const auto scenes =
        example::draw_scenes(arguments.batch, arguments.size, static_cast<uint64_t>(step)).to(device);
    const auto loss = torch::cross_entropy_loss(net->forward(scenes.images), scenes.masks);
    optimizer.zero_grad();
    loss.backward();
    optimizer.step();
    logger.log("loss", loss, step);

    progress.show(fmt::format("{} {}/{}", example::bar(step, arguments.steps), step, arguments.steps));
    if (step % arguments.every == 0 || step == arguments.steps) {
      const double iou = evaluate(net, test, run.logger("test/"), step);
      progress.finish(fmt::format("step {}/{}  mean overlap {:.3f}", step, arguments.steps, iou));
    }
  }
  run.finish();
}

}  // namespace

int main(int argc, char** argv) {
  Arguments arguments;
  CLI::App app("Trains a small U-Net to find discs, boxes and striped patches.");
  app.option_defaults()->always_capture_default();
  app.add_option("--steps", arguments.steps, "Steps of training")->check(CLI::PositiveNumber);
  app.add_option("--batch", arguments.batch, "Scenes in a step")->check(CLI::PositiveNumber);
  app.add_option("--size", arguments.size, "Width and height of a scene")->check(CLI::Range(16, 512));
  app.add_option("--lr", arguments.lr, "Learning rate of Adam")->check(CLI::PositiveNumber);
  app.add_option("--every", arguments.every, "Steps between two evaluations")->check(CLI::PositiveNumber);
  app.add_option("--dir", arguments.dir, "The folder that holds run directories");
  CLI11_PARSE(app, argc, argv);
  try {
    train(arguments);
  } catch (const std::exception& error) {
    fmt::print(stderr, "{}\n", example::message(error));
    return 1;
  }
}
