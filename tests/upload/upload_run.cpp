// A run that the real client has to bring to its server: upload_run FOLDER CASE [ROWS]. Prints the run's
// directory.
#include <ATen/ATen.h>

#include <cmath>
#include <csignal>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <limits>
#include <map>
#include <string>

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

RunOptions options(const char* folder) {
  return RunOptions("shapes")
      .entity("me")
      .dir(folder)
      .name("a name")
      .group("a group")
      .job_type("train")
      .notes("notes \xe2\x82\xac")
      .tags({"one", "two"})
      .config({{"lr", 0.1}, {"opt", Row{{"name", "adam"}, {"betas", Row{{"b1", 0.9}}}}}});
}

void say_more(Run& run) {
  run.define_metric("loss", MetricOptions().summary({MetricSummary::Min, MetricSummary::Last}));
  run.config({{"lr", 0.5}, {"more", Row{{"a", 1}}}});
  run.alert("a title", "a text \xe2\x82\xac", AlertLevel::Warn);
  const auto file = run.dir().parent_path() / "notes.txt";
  std::ofstream(file) << "some notes\n";
  run.save(file, "texts/notes.txt");
}

void log_everything(Run& run, std::int64_t) {
  say_more(run);
  std::puts("to stdout \xe2\x82\xac \xf0\x9f\x98\x80");
  std::fputs("to stderr\n", stderr);
  log_numbers(run);
  log_images(run);
}

void kill_after_everything(Run& run, std::int64_t) {
  log_everything(run, 0);
  run.flush();
  std::raise(SIGKILL);
}

void log_late_rows(Run& run, std::int64_t) {
  for (int step = 0; step < 10; ++step) {
    run.log({{"loss", 1. / (step + 1)}, {"text", "row"}}, 10 * step);
  }
  run.log({{"loss", std::nan("")}, {"nested", Row{{"a", 1}}}}, 15);
  run.log("scene", scene(1), 25);
  run.log("first", 1, 90);
  run.flush();
  run.log("second", 2, 90);  // another line of that step
  run.log("loss", 0.0625);
  run.log("loss", 0.5, 3);
}

void log_rows(Run& run, std::int64_t rows) {
  for (std::int64_t i = 0; i < rows; ++i) {
    const auto x = static_cast<double>(i);
    run.log({{"loss", 1 / (x + 1)}, {"lr", 1e-3 * x}, {"epoch", i / 1000}, {"accuracy", x / (x + 7)}});
  }
}

void log_pictures(Run& run, std::int64_t rows) {
  for (std::int64_t i = 0; i < rows; ++i) {
    run.log("picture", Image(picture(static_cast<int>(i))));
  }
}

void log_more_rows(Run& run, std::int64_t rows) {
  log_rows(run, rows);
  run.log("loss", 0.5, 3);  // late
  run.log("picture", Image(picture(1)));
}

/// A text that makes a line of so many bytes in the history, and one row more.
void log_line(Run& run, std::int64_t size) {
  const std::string around = R"({"text":"","_timestamp":1.5,"_runtime":0.5,"_step":0})";
  const std::string text(static_cast<std::size_t>(size) - around.size(), 'x');
  run.log({{"text", text}, {"_timestamp", 1.5}, {"_runtime", 0.5}});
  run.log("text", "short");
}

/// Half of it when a line comes on stdin, and the rest when another one does.
void log_when_told(Run& run, std::int64_t rows) {
  std::string line;
  std::getline(std::cin, line);
  log_rows(run, rows);
  run.flush();
  std::getline(std::cin, line);
  log_everything(run, 0);
}

const std::map<std::string, void (*)(Run&, std::int64_t)> kCases{
    {"everything", log_everything}, {"killed", kill_after_everything},
    {"late", log_late_rows},        {"rows", log_rows},
    {"resumed", log_more_rows},     {"line", log_line},
    {"pictures", log_pictures},     {"when-told", log_when_told},
};

}  // namespace

int main(int argc, char** argv) {
  const std::string name = argv[2];
  RunOptions all = options(argv[1]).capture_console(name != "killed");  // a kill takes what is just printed
  if (name == "resumed") {
    all.resume(std::filesystem::path(argv[1]) / "latest-run");
  }
  Run run(all);
  std::puts(run.dir().c_str());
  std::fflush(stdout);
  kCases.at(name)(run, argc > 3 ? std::stoll(argv[3]) : 0);
  run.finish(3);
}
