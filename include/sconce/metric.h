#pragma once

#include <optional>
#include <string>
#include <vector>

#include <torch/arg.h>

#include "sconce/metric_summary.h"

namespace sconce {

/// What Run::define_metric() says of a metric. What is left unset stays as an earlier definition had it.
struct MetricOptions {
  /// The key that W&B's page has on the x axis of this metric's charts.
  TORCH_ARG(std::string, step_metric);
  /// A row that has this metric and not its step_metric gets the last value of that; default: true.
  TORCH_ARG(std::optional<bool>, step_sync);
  /// Not among the charts that W&B's page makes by itself.
  TORCH_ARG(std::optional<bool>, hidden);
  /// The summary's value becomes an object, {"min": 0.25, "max": 1.0}; default: the last value, plain.
  TORCH_ARG(std::vector<MetricSummary>, summary);
  TORCH_ARG(std::optional<MetricGoal>, goal);
};

}  // namespace sconce
