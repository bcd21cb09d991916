// Trains the digits network on several processes, each with digits of its own, which average their gradients
// (Gloo, over loopback). It starts its processes by itself; where RANK and WORLD_SIZE are set it is one of them.
// Two ways to log: rank 0 has the run, with the pictures of all ranks in one cell, and the others log nowhere; or
// each rank has a run of its own in a common group.
#include <fmt/format.h>
#include <sconce/gather_images.h>
#include <sconce/sconce.h>
#include <spawn.h>
#include <sys/wait.h>
#include <torch/torch.h>
#include <CLI/CLI.hpp>

#include <cstdlib>
#include <filesystem>
#include <optional>
#include <torch/csrc/distributed/c10d/FileStore.hpp>
#include <torch/csrc/distributed/c10d/ProcessGroupGloo.hpp>

#include "support/digits.h"
#include "support/errors.h"

extern char** environ;

namespace {

using Gloo = c10d::ProcessGroupGloo;

struct Arguments {
  int ranks = 3;
  bool run_each = false;
  int64_t epochs = 5;
  int64_t batch = 32;
  int64_t limit = 0;
  double lr = 2e-3;
  std::string dir = "wandb";
  std::string data = SCONCE_EXAMPLES_DATA "/digits.bin";
  std::string store;
  std::string group = "ranks";
};

/// Where the ranks find each other is a file, so no port has to be free.
c10::intrusive_ptr<Gloo> join(const std::string& store, int rank, int count) {
  const auto options = Gloo::Options::create(std::chrono::seconds(60));
  options->devices.push_back(Gloo::createDeviceForHostname("127.0.0.1"));
  return c10::make_intrusive<Gloo>(c10::make_intrusive<c10d::FileStore>(store, count), rank, count, options);
}

/// Replaces each rank's tensor by the mean over all ranks.
void average(const torch::Tensor& tensor, Gloo& group) {
  std::vector<torch::Tensor> tensors{tensor};
  group.allreduce(tensors)->wait();
  tensor.div_(group.getSize());
}

void average_gradients(const torch::nn::Sequential& net, Gloo& group) {
  for (const auto& parameter : net->parameters()) {
    auto gradient = parameter.grad();
    average(gradient, group);
  }
}

/// The digit that this rank reads worst, with what it says.
sconce::Image worst_digit(const example::Digits& digits, const torch::Tensor& logits, int rank) {
  const auto losses = torch::nll_loss(logits.log_softmax(1), digits.labels, {}, torch::Reduction::None);
  const auto worst = losses.argmax().item<int64_t>();
  return sconce::Image(example::magnify(digits.images[worst]),
                       sconce::ImageOptions().caption(fmt::format("rank {}: said {}, was {}", rank,
                                                                  logits[worst].argmax().item<int64_t>(),
                                                                  digits.labels[worst].item<int64_t>())));
}

/// Nothing but the logger tells the ranks apart. It is null where a rank has no run.
void train(const Arguments& arguments, Gloo& group, const sconce::Logger& logger) {
  const int rank = group.getRank();
  const int count = group.getSize();
  torch::manual_seed(1);  // the same network and the same order on every rank
  auto net = example::make_digits_net();
  torch::optim::Adam optimizer(net->parameters(), torch::optim::AdamOptions(arguments.lr));
  const auto digits = example::load_digits(arguments.data, /*for_testing=*/false);
  const int64_t size =
      arguments.limit > 0 ? std::min(arguments.limit, digits.labels.size(0)) : digits.labels.size(0);

  for (int64_t epoch = 1; epoch <= arguments.epochs; ++epoch) {
    const auto order = torch::randperm(digits.labels.size(0)).slice(0, 0, size - size % count);
    for (const auto& chosen : order.slice(0, rank, {}, count).split(arguments.batch)) {
      const example::Digits batch{digits.images.index({chosen}), digits.labels.index({chosen})};
      const auto logits = net->forward(batch.images);
      const auto loss = torch::cross_entropy_loss(logits, batch.labels);
      optimizer.zero_grad();
      loss.backward();
      average_gradients(net, group);
      optimizer.step();
      logger.log("loss", loss);
    }

    torch::NoGradGuard no_grad;
    const auto test = example::load_digits(arguments.data, /*for_testing=*/true);
    const example::Digits share{test.images.slice(0, rank, {}, count), test.labels.slice(0, rank, {}, count)};
    const auto logits = net->forward(share.images);
    const auto accuracy = (logits.argmax(1) == share.labels).to(torch::kFloat).mean();
    if (arguments.run_each) {
      logger.log({{"accuracy", accuracy}, {"worst", worst_digit(share, logits, rank)}});
      continue;
    }
    average(accuracy, group);
    // All ranks call it, in step with the group's other collectives; the pictures are on rank 0 alone.
    auto worst = sconce::gather_images([&] { return worst_digit(share, logits, rank); }, group);
    if (logger) {
      logger.log({{"accuracy", accuracy}, {"worst", std::move(worst)}});
      fmt::print(stderr, "epoch {}/{}  test accuracy {:.2f} %\n", epoch, arguments.epochs,
                 100 * accuracy.item<double>());
    }
  }
}

void train_as_rank(const Arguments& arguments, int rank, int count) {
  const auto group = join(arguments.store, rank, count);
  auto options =
      sconce::RunOptions("digits")
          .dir(arguments.dir)
          .config(
              {{"ranks", count}, {"epochs", arguments.epochs}, {"batch", arguments.batch}, {"lr", arguments.lr}});
  if (arguments.run_each) {
    options.group(arguments.group).job_type("rank").name(fmt::format("rank {}", rank));
  }
  std::optional<sconce::Run> run;
  if (arguments.run_each || rank == 0) {
    run.emplace(std::move(options));
  }
  train(arguments, *group, run ? run->logger() : sconce::Logger());
  if (run) {
    run->finish();
    fmt::print("Run           {}\n", run->dir().string());
  }
}

/// A run belongs to the process that made it, so processes are started before there is one. Returns how many
/// failed.
int start_ranks(int count, char** argv, const std::string& store) {
  std::vector<char*> arguments;
  for (char** argument = argv; *argument != nullptr; ++argument) {
    arguments.push_back(*argument);
  }
  std::string option = "--store=" + store;
  arguments.push_back(option.data());
  arguments.push_back(nullptr);
  ::setenv("WORLD_SIZE", std::to_string(count).c_str(), 1);
  std::vector<pid_t> started;
  int failed = 0;
  for (int rank = 0; rank < count; ++rank) {
    ::setenv("RANK", std::to_string(rank).c_str(), 1);
    pid_t process = 0;
    if (::posix_spawnp(&process, argv[0], nullptr, nullptr, arguments.data(), environ) == 0) {
      started.push_back(process);
    } else {
      ++failed;  // the others find out by the group's timeout
    }
  }
  for (const pid_t process : started) {
    int status = 0;
    ::waitpid(process, &status, 0);
    failed += status == 0 ? 0 : 1;
  }
  return failed;
}

int start_and_wait(const Arguments& arguments, char** argv) {
  std::string folder = (std::filesystem::temp_directory_path() / "train_ranks.XXXXXX").string();
  TORCH_CHECK(::mkdtemp(folder.data()) != nullptr, "cannot make a folder for the ranks to meet: ", folder);
  const int failed = start_ranks(arguments.ranks, argv, folder + "/store");
  std::filesystem::remove_all(folder);
  return failed == 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  Arguments arguments;
  CLI::App app("Trains a small network to read handwritten digits on several processes.");
  app.option_defaults()->always_capture_default();
  app.add_option("--ranks", arguments.ranks, "Processes")->check(CLI::Range(1, 64));
  app.add_flag("--run-each", arguments.run_each, "A run for each rank, in a group; else rank 0 logs for all");
  app.add_option("--group", arguments.group, "The name of that group");
  app.add_option("--epochs", arguments.epochs, "Rounds over the training digits")->check(CLI::PositiveNumber);
  app.add_option("--batch", arguments.batch, "Digits in a step of a rank")->check(CLI::PositiveNumber);
  app.add_option("--lr", arguments.lr, "Learning rate of Adam")->check(CLI::PositiveNumber);
  app.add_option("--limit", arguments.limit, "Train on so many digits only; 0 for all")
      ->check(CLI::NonNegativeNumber);
  app.add_option("--dir", arguments.dir, "The folder that holds run directories");
  app.add_option("--data", arguments.data, "The digits")->check(CLI::ExistingFile);
  app.add_option("--store", arguments.store, "The file where ranks that were started by hand meet");
  CLI11_PARSE(app, argc, argv);
  const char* rank = std::getenv("RANK");
  const char* count = std::getenv("WORLD_SIZE");
  try {
    if (rank == nullptr || count == nullptr) {
      return start_and_wait(arguments, argv);
    }
    TORCH_CHECK(!arguments.store.empty(), "RANK is set, so this is one of several ranks: --store is missing");
    train_as_rank(arguments, std::stoi(rank), std::stoi(count));
  } catch (const std::exception& error) {
    fmt::print(stderr, "{}\n", example::message(error));
    return 1;
  }
}
