#include <ATen/ATen.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <gtest/gtest.h>
#include <torch/csrc/jit/api/compilation_unit.h>
#include <torch/csrc/jit/frontend/resolver.h>

#include <cstdint>
#include <memory>
#include <string>

namespace {

at::Tensor to_pixels(const at::Tensor& image, const std::string& range) {
  const auto op = c10::Dispatcher::singleton().findSchemaOrThrow("sconce::to_pixels", "");
  torch::jit::Stack stack = {image, std::string("Auto"), range, std::string("Auto")};
  op.callBoxed(stack);
  return stack.at(0).toTensor();
}

TEST(RegisteredOps, AreFoundByTheDispatcher) {
  const at::Tensor pixels = to_pixels(at::ones({3, 4, 5}), "Auto");
  EXPECT_TRUE(pixels.equal(at::full({4, 5, 3}, 255, at::kByte)));
}

/// What torch.ops.sconce is to a script that Python compiles.
struct ScriptNames : torch::jit::NativeResolver {
  std::shared_ptr<torch::jit::SugaredValue> resolveValue(const std::string& name,
                                                         torch::jit::GraphFunction& method,
                                                         const torch::jit::SourceRange& where) override {
    if (name == "sconce") return std::make_shared<torch::jit::BuiltinModule>("sconce");
    return NativeResolver::resolveValue(name, method, where);
  }
};

TEST(RegisteredOps, RunInsideTorchScript) {
  torch::jit::CompilationUnit unit;
  unit.define({}, R"(
def pixels(x):
    return sconce.to_pixels(x, range='Signed')

def labels(x):
    return sconce.to_labels(x)

def corners(x):
    return sconce.to_xyxy(x, 'XYWH')

def grid(x):
    return sconce.make_grid(x, padding=1)

def counts(x):
    counts, edges = sconce.histogram_counts(x, 4)
    return counts

def files(x):
    return sconce.encode_png(x)
)",
              std::make_shared<ScriptNames>(), nullptr);
  const auto run = [&](const char* name, const at::Tensor& input) {
    return unit.run_method(name, input).toTensor();
  };
  EXPECT_TRUE(run("pixels", at::zeros({2, 2})).equal(at::full({2, 2, 1}, 127, at::kByte)));
  EXPECT_TRUE(run("labels", at::ones({2, 2}, at::kLong)).equal(at::ones({2, 2}, at::kByte)));
  EXPECT_TRUE(run("corners", at::ones({1, 4})).equal(at::cat({at::ones({1, 2}), at::full({1, 2}, 2.0)}, 1)));
  EXPECT_EQ(run("grid", at::ones({2, 1, 2, 2})).sizes(), at::IntArrayRef({1, 4, 7}));
  EXPECT_TRUE(run("counts", at::arange(8, at::kFloat)).equal(at::full({4}, 2, at::kLong)));
  const at::Tensor picture = at::ones({2, 3, 4, 1}, at::kByte);
  EXPECT_EQ(unit.run_method("files", picture).toTensorVector().size(), 2U);
}

TEST(RegisteredOps, ReturnMemoryOfTheirOwn) {
  const at::Tensor image = at::ones({5, 4, 3}, at::kByte);
  const at::Tensor pixels = to_pixels(image, "Auto");
  EXPECT_TRUE(pixels.equal(image));
  EXPECT_FALSE(pixels.is_alias_of(image));
}

TEST(RegisteredOps, RefuseUnknownNamesAndListTheKnown) {
  try {
    to_pixels(at::ones({2, 2}), "auto");
    FAIL() << "nothing was thrown";
  } catch (const c10::ValueError& error) {
    EXPECT_STREQ(error.what_without_backtrace(),
                 "expected range to be one of Auto, Unit, Signed, Byte, MinMax, Wandb, got auto");
  }
}

}  // namespace
