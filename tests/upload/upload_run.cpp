// A run of everything that the real client has to bring to its server: upload_run FOLDER [killed]. Prints the
// run's directory, and finishes the run or is killed.
#include <ATen/ATen.h>

#include <cmath>
#include <csignal>
#include <cstdio>
#include <limits>

#include "sconce/sconce.h"

namespace {

using namespace sconce;

const Classes kClasses{"ground", "disc \xf0\x9f\x98\x80"};

at::Tensor picture(int i, std::int64_t channels = 3) {
  return at::arange(channels * 20 * 24, at::kFloat).reshape({channels, 20, 24}).mul(0.001 * i).remainder(1);
}

Image scene(int i) {
  const auto labels = at::arange(20 * 24).reshape({20, 24}).remainder(2);
  const auto corners = at::tensor({1., 2., 10., 12.}).reshape({1, 4});
  return Image(picture(i),
               ImageOptions()
                   .caption("scene " + std::to_string(i))
                   .classes(kClasses)
                   .masks({{"truth", Mask(labels)}, {"guess", Mask(labels.flip(0))}})
                   .boxes({{"found", Boxes(corners, BoxesOptions().labels(at::ones({1}, at::kLong)))}}));
}

void log_numbers(const Run& run) {
  const Logger logger = run.logger();
  const double infinity = std::numeric_limits<double>::infinity();
  logger.log({{"loss", 0.5}, {"count", std::int64_t{1} << 62}, {"good", true}, {"text", "a \"quoted\" line\n"}});
  logger.log({{"nan", std::nan("")}, {"up", infinity}, {"down", -infinity}, {"tensor", at::tensor(0.25)}});
  logger.log({{"nested", Row{{"a", 1}, {"b", Row{{"c", std::nan("")}}}}}, {"h", Histogram(at::arange(100), 8)}});
  logger.log({{"a/b c[0].d", 1}, {"\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80", 2}, {"bad \xff byte", 3}});
}

void log_images(Run& run) {
  run.log("picture", Image(picture(1)));
  run.log("grey", Image(picture(2, 1)));
  run.log({{"val/scene", scene(3)}, {"loss", 0.25}});
  run.log("list", std::vector<Image>{scene(4), Image(picture(5)), Image(picture(6, 4))});
  run.log("nested", Row{{"image", Image(picture(7))}});
  run.log("../key with [brackets]/\xf0\x9f\x98\x80", Image(picture(8)));
  run.log("picture", Image(picture(9)), 100);
  run.log("loss", 0.125, 100);
  run.summarize("best", Image(picture(10)));
  run.summarize("best_loss", 0.125);
}

}  // namespace

int main(int argc, char** argv) {
  Run run(RunOptions("shapes")
              .capture_console(argc == 2)  // or the kill takes what is just printed
              .dir(argv[1])
              .name("a name")
              .group("a group")
              .job_type("train")
              .notes("notes \xe2\x82\xac")
              .tags({"one", "two"})
              .config({{"lr", 0.1}, {"opt", Row{{"name", "adam"}, {"betas", Row{{"b1", 0.9}}}}}}));
  std::puts("to stdout \xe2\x82\xac \xf0\x9f\x98\x80");
  std::fputs("to stderr\n", stderr);
  log_numbers(run);
  log_images(run);
  std::puts(run.dir().c_str());
  std::fflush(stdout);
  if (argc > 2) {
    run.flush();
    std::raise(SIGKILL);
  }
  run.finish(3);
}
