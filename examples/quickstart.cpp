// A run, a loop, a number and a picture: a random image is pulled towards a smooth one, and every step is logged.
#include <sconce/sconce.h>
#include <torch/torch.h>

int main() {
  sconce::Run run(sconce::RunOptions("quickstart").config({{"pull", 0.1}}));

  const auto axis = torch::linspace(0, 1, 64);
  const auto target =
      torch::stack({axis.expand({64, 64}), axis.flip(0).expand({64, 64}), axis.expand({64, 64}).t()});
  auto picture = torch::rand({3, 64, 64});

  for (int step = 0; step < 40; ++step) {
    run.log({{"loss", torch::mse_loss(picture, target)}, {"picture", sconce::Image(picture)}});
    picture = picture.lerp(target, 0.1);
  }

  run.finish();
}
