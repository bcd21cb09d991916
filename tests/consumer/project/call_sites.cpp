// The call sites that programs are written against: they keep compiling.

#include <ATen/ATen.h>
#include <sconce/sconce.h>

using namespace sconce;

namespace {

void evaluate(Logger logger, at::Tensor accuracy) {
  if (logger) {
    logger.log("accuracy", accuracy);
  }
}

}  // namespace

int log_everything(Run& run);

int log_everything(Run& run) {
  const at::Tensor x = at::rand({8, 3, 32, 32}), loss = at::rand({}), m = at::zeros({32, 32}, at::kLong),
                   b = at::tensor({1., 2., 3., 4.}).reshape({1, 4}), s = at::rand({1}),
                   l = at::zeros({1}, at::kLong);
  const Classes classes{"background", "road", "car"};
  const Classes two{"a", "b"};
  const Classes sparse({{0, "background"}, {7, "car"}});
  const auto options = RunOptions("digits")
                           .name("baseline")
                           .config({{"lr", 1e-3}, {"batch", 64}, {"opt", "adam"}, {"aug", Row{{"flip", true}}}});
  Logger logger = run.logger();
  int rows = 0;
  for (int64_t step = 100; step < 103; ++step, ++rows) {
    logger.log("loss", loss);
    logger.log("preds", Image(x[0]));
    logger.log("loss", 0.5F);
    logger.log("n", 3);
    logger.log("n", std::size_t{3}, step * 100);
    logger.log("ok", true);
    logger.log("note", "text");
    logger.log("note", std::string("text"));
    logger.log("w", Histogram(x));
    logger.log({{"loss", loss}, {"preds", Image(x[0], ImageOptions().caption("epoch 3").mode(Mode::RGB))}},
               step * 200);
    logger.log({{"a", "b"}});
    logger.log({{"a", "b"}, {"c", "d"}});
    logger.log({{"a", 1}}, step * 300);
    logger.log(Row{{"a", 1}});
    logger.log("batch", Image::batch(x, ImageOptions().range(Range::Signed)));
    logger.log("pair", std::vector<Image>{Image(x[0]), Image(x[1])});
    logger.log(
        "scene",
        Image(x[0],
              ImageOptions()
                  .caption("val 17")
                  .masks({{"prediction", Mask(m, classes)}, {"truth", Mask(m, classes)}})
                  .boxes({{"prediction",
                           Boxes(b, BoxesOptions().labels(l).scores({{"confidence", s}}).classes(classes))}})));
    Row row;
    row.set("loss", loss).set("x", 1);
    run.log(row, step * 400);
    run.log(std::move(row));
    run.log("k", 1.0);
  }
  evaluate(run.logger("val/"), loss);
  evaluate({}, loss);
  run.summarize("best/accuracy", 0.99);
  return rows;
}
