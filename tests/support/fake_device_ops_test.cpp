#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "fake_device.h"

namespace sconce {
namespace {

/// Expressions of torch_ops, each of which must give on the device what it gives on the CPU, without a wait.
const std::vector<std::pair<std::string, std::function<at::Tensor(const at::Tensor&)>>>& expressions() {
  using at::Tensor;
  static const std::vector<std::pair<std::string, std::function<Tensor(const Tensor&)>>> list = {
      {"bytes",
       [](const Tensor& x) {
         return x.mul(255).clamp(0, 255).to(at::kByte).permute({1, 2, 0}).contiguous();
       }},
      {"nan to zero", [](const Tensor& x) { return at::where(at::isfinite(x), x, at::zeros_like(x)); }},
      {"where with scalars", [](const Tensor& x) { return at::where(x.gt(0.5), x, 0.0).add(1).div(2).sub(x); }},
      {"extremes", [](const Tensor& x) { return (x - x.amin()) / (x.amax() - x.amin()); }},
      {"extremes of a dim",
       [](const Tensor& x) {
         return at::stack({x.amin(0), x.amax(0)});
       }},
      {"in place",
       [](const Tensor& x) { return x.clone().mul_(2).add_(1).clamp_(0, 2).masked_fill_(x.lt(0.3), 7); }},
      {"into a view",
       [](const Tensor& x) {
         Tensor canvas = at::zeros({3, 8, 9}, x.options());
         canvas.narrow(1, 1, 4).narrow(2, 2, 5).copy_(x);
         canvas.select(0, 1).fill_(3);
         return canvas;
       }},
      {"bins",
       [](const Tensor& x) {
         const Tensor edges = at::linspace(0, 1, 5, x.options());
         return at::bucketize(x.flatten(), edges);
       }},
      {"index_add_",
       [](const Tensor& x) {
         const Tensor index = x.flatten().mul(4).to(at::kLong).clamp(0, 3);
         return at::zeros({4}, index.options()).index_add_(0, index, at::ones_like(index));
       }},
      {"scatter_add_",
       [](const Tensor& x) {
         const Tensor index = x.flatten().mul(4).to(at::kLong).clamp(0, 3);
         return at::zeros({4}, x.options()).scatter_add_(0, index, x.flatten());
       }},
      {"arange", [](const Tensor& x) { return at::arange(5, x.options()).mul(x.sum().to(at::kFloat)); }},
      {"half", [](const Tensor& x) { return x.to(at::kHalf).to(at::kFloat).mul(0.299).to(at::kBFloat16); }},
      {"table",
       [](const Tensor& x) {
         const Tensor table = at::arange(12, x.options()).view({4, 3});
         const Tensor rows = x.mul(4).to(at::kLong).clamp(0, 3);
         return table.clone().index_put_({rows.flatten()}, table[1]).index({rows});
       }},
      {"shapes",
       [](const Tensor& x) {
         return at::cat({x.unsqueeze(0), x.flip(0).unsqueeze(0)})
             .expand({2, 3, 4, 5})
             .reshape({6, 20})
             .unbind(1)[3];
       }},
      {"integers",
       [](const Tensor& x) { return x.mul(100).to(at::kInt).bitwise_and(7).floor_divide(2).remainder(3); }},
      {"counts",
       [](const Tensor& x) {
         return at::stack({x.gt(0.5).sum(), x.le(0.5).logical_not().sum(), x.round().eq(1).any().to(at::kLong)});
       }},
      {"sorted", [](const Tensor& x) { return std::get<0>(x.flatten().sort()).cumsum(0); }},
      {"broadcast",
       [](const Tensor& x) {
         return x.mean({1, 2}, true).mul(x).select(0, 1).t().contiguous();
       }},
      {"selection",
       [](const Tensor& x) {
         return x.index_select(0, at::arange(2, x.options().dtype(at::kLong))).nan_to_num();
       }},
      {"detached", [](const Tensor& x) { return x.clone().requires_grad_().detach().mul(2); }},
      {"channels last",
       [](const Tensor& x) {
         return x.unsqueeze(0).contiguous(at::MemoryFormat::ChannelsLast).squeeze(0).mul(3);
       }},
      {"full",
       [](const Tensor& x) { return at::full({2}, 3.5, x.options()).add(at::scalar_tensor(2, x.options())); }},
  };
  return list;
}

TEST(FakeDeviceOps, GiveWhatTheCpuGivesWithoutAWait) {
  const at::Tensor x = at::rand({3, 4, 5});
  const at::Tensor there = fake::to_device(x);
  for (const auto& [name, expression] : expressions()) {
    fake::reset();
    const at::Tensor expected = expression(x);
    const at::Tensor result = expression(there);
    EXPECT_EQ(fake::synchronizations(), 0) << name;
    EXPECT_EQ(result.device(), fake::device()) << name;
    EXPECT_EQ(result.scalar_type(), expected.scalar_type()) << name;
    EXPECT_TRUE(at::equal(result.cpu(), expected)) << name;
  }
}

}  // namespace
}  // namespace sconce
