#include "sconce/histogram.h"

#include <ATen/ATen.h>

#include <nlohmann/json.hpp>
#include <numeric>
#include <vector>

#include "sconce/ops.h"
#include "store/media_json.h"
#include "values/histogram_data.h"

namespace sconce {
namespace {

template <typename T>
std::vector<T> to_vector(const at::Tensor& values) {
  const at::Tensor typed = values.to(c10::CppTypeToScalarType<T>::value).contiguous();
  return std::vector<T>(typed.data_ptr<T>(), typed.data_ptr<T>() + typed.numel());
}

}  // namespace

Histogram::Histogram(const at::Tensor& values, std::int64_t bins) {
  const auto [counts, edges] = ops::histogram_counts(values, bins);
  auto data = std::make_shared<HistogramData>();
  data->counts = ops::HostCopy(counts, values);
  data->edges = ops::HostCopy(edges, values);
  data->values = values.numel();
  data_ = std::move(data);
}

nlohmann::ordered_json HistogramData::json() const {
  const std::vector<std::int64_t> bins = to_vector<std::int64_t>(counts.get());
  const std::int64_t counted = std::accumulate(bins.begin(), bins.end(), std::int64_t{0});
  return store::histogram_json(bins, to_vector<double>(edges.get()), values - counted);
}

}  // namespace sconce
