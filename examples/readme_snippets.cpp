// The snippets of README.md, in its order, so that they are known to compile.
#include <algorithm>
#include <cstdint>
#include <exception>
#include <filesystem>
#include <iostream>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <sconce/gather_images.h>
#include <sconce/sconce.h>
#include <torch/torch.h>

namespace readme {

void train(torch::nn::Sequential& net, const std::vector<torch::data::Example<>>& batches, sconce::Logger logger) {
  torch::optim::Adam optimizer(net->parameters());
  for (const auto& batch : batches) {
    const auto loss = torch::cross_entropy_loss(net->forward(batch.data), batch.target);
    optimizer.zero_grad();
    loss.backward();
    optimizer.step();
    logger.log("loss", loss);  // the tensor, not loss.item(): on a GPU the loop does not wait
  }
}

double evaluate(torch::nn::Sequential& net, const torch::data::Example<>& test, sconce::Logger logger) {
  torch::NoGradGuard no_grad;
  const auto said = net->forward(test.data).argmax(1);
  const auto accuracy = (said == test.target).to(torch::kFloat).mean();

  std::vector<sconce::Image> wrong;
  for (const auto& i : (said != test.target).nonzero().flatten().slice(0, 0, 16).unbind()) {
    const auto caption = "said " + std::to_string(said[i].item<int64_t>()) + ", was " +
                         std::to_string(test.target[i].item<int64_t>());
    wrong.emplace_back(test.data[i], sconce::ImageOptions().caption(caption));
  }
  logger.log({{"accuracy", accuracy}, {"wrong", std::move(wrong)}});
  return accuracy.item<double>();
}

void train_and_evaluate(torch::nn::Sequential& net, const std::vector<torch::data::Example<>>& batches,
                        const torch::data::Example<>& test) {
  sconce::Run run(sconce::RunOptions("digits").config({{"lr", 1e-3}, {"batch", 64}}));
  double best = 0;
  for (int64_t epoch = 1; epoch <= 10; ++epoch) {
    train(net, batches, run.logger("train/"));
    best = std::max(best, evaluate(net, test, run.logger("val/")));
  }
  run.summarize("best_accuracy", best);
}

void log_batch(const torch::Tensor& images, sconce::Logger logger) {
  const auto generated = sconce::ImageOptions().range(sconce::Range::Signed);  // [-1,1]
  logger.log({{"grid", sconce::Image(images, generated)},                      // [N,C,H,W]: one picture
              {"list", sconce::Image::batch(images, generated)}});             // [N,C,H,W]: N pictures
}

void log_scene(const torch::Tensor& picture, const torch::Tensor& predicted, const torch::Tensor& truth,
               const torch::Tensor& corners, const torch::Tensor& ids, const torch::Tensor& confidence,
               sconce::Logger logger) {
  static const sconce::Classes classes{"ground", "disc", "box", "stripes"};
  const sconce::Boxes boxes(corners,  // [N,4], x0 y0 x1 y1 in pixels
                            sconce::BoxesOptions().labels(ids).scores({{"confidence", confidence}}));
  logger.log("scene",
             sconce::Image(picture, sconce::ImageOptions()
                                        .caption("val 17")
                                        .classes(classes)
                                        .masks({{"prediction", sconce::Mask(predicted)},  // [H,W] class ids
                                                {"truth", sconce::Mask(truth)}})
                                        .boxes({{"prediction", boxes}})));
}

void log_from_threads(const sconce::Run& run) {
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([logger = run.logger("worker" + std::to_string(i) + "/")] {
      for (int frame = 0; frame < 100; ++frame) {
        logger.log({{"frame", frame}, {"view", sconce::Image(torch::rand({3, 32, 32}))}});
      }
    });
  }
  for (auto& thread : threads) {
    thread.join();
  }
}

void train_on_rank(int rank, c10d::ProcessGroup& group, torch::nn::Sequential& net,
                   const std::vector<torch::data::Example<>>& batches) {
  std::optional<sconce::Run> run;
  if (rank == 0) {
    run.emplace("digits");
  }
  sconce::Logger logger = run ? run->logger() : sconce::Logger();  // logs nowhere
  train(net, batches, logger);
  // Every rank calls it; rank 0 gets the pictures of all.
  auto first = sconce::gather_images([&] { return sconce::Image(batches[0].data[0]); }, group);
  if (logger) {  // what is costly to compute is computed where it is logged
    logger.log("first", std::move(first));
  }
}

void train_with_a_run_of_its_own(int rank, torch::nn::Sequential& net,
                                 const std::vector<torch::data::Example<>>& batches) {
  sconce::Run run(
      sconce::RunOptions("digits").group("night 3").job_type("rank").name("rank " + std::to_string(rank)));
  train(net, batches, run.logger());
}

void log_file(const std::filesystem::path& chart, sconce::Logger logger) {
  logger.log("chart", sconce::Image(chart, sconce::ImageOptions().caption("drawn by another program")));
}

void log_parameters(const torch::nn::Sequential& net, sconce::Logger logger) {
  sconce::Row row;
  for (const auto& parameter : net->named_parameters()) {
    row.set("weights/" + parameter.key(), sconce::Histogram(parameter.value()));
    row.set("gradients/" + parameter.key(),
            sconce::Histogram(parameter.value().grad(), 32));  // 64 bins unless told
  }
  logger.log(std::move(row));
}

void steps(sconce::Run& run) {
  run.log("loss", 0.9);          // step 0, written at once
  run.log("loss", 0.8);          // step 1
  run.log("loss", 0.5, 10);      // step 10 stays open ...
  run.log("accuracy", 0.7, 10);  // ... and gets a second cell
  run.log("loss", 0.4);          // closes it; step 11
  run.log("late", 1, 3);         // kept: a line of its own with step 3, and one warning
}

void say_more(sconce::Run& run, const std::filesystem::path& checkpoint) {
  using Summary = sconce::MetricSummary;
  run.define_metric("val/*", sconce::MetricOptions().step_metric("epoch").summary({Summary::Min, Summary::Last}));
  run.define_metric("val/accuracy", sconce::MetricOptions().step_metric("epoch").summary({Summary::Max}));
  run.config({{"lr", 1e-4}});  // from now on
  run.save(checkpoint);        // a copy, which goes to W&B with the run
  run.alert("Training diverged", "the loss is NaN", sconce::AlertLevel::Error);
}

void go_on(const std::string& id) {
  sconce::Run run(sconce::RunOptions("digits").id(id).resume(id));  // or .resume("wandb/latest-run")
  if (run.resumed()) {
    std::cout << "going on at step " << run.step() << "\n";
  }
  run.log("loss", 0.5);
}

void errors() {
  sconce::Run run(sconce::RunOptions("digits").on_error([](const std::exception& trouble) {
    std::cerr << "logging: " << trouble.what() << "\n";  // on any thread, one call at a time
  }));
  try {
    run.log("picture", sconce::Image(torch::rand({5, 8, 8})));
  } catch (const c10::ValueError& misuse) {
    std::cerr << misuse.what_without_backtrace() << "\n";  // "expected a picture of shape ..."
  }
  run.flush();   // throws if something that was logged could not be written
  run.finish();  // the same, then closes; ~Run() does it too, but tells on_error instead of throwing
}

}  // namespace readme
