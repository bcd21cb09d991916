#pragma once

namespace sconce {

/// What the summary says of a metric, over the numbers that were logged for it. NaN counts for Last and First
/// alone: in wandb one NaN makes the smallest, the largest and the mean NaN for good.
enum class MetricSummary {
  Min,
  Max,
  Mean,
  First,  ///< the number of the lowest step
  Last,   ///< the number of the highest step
  Best,   ///< as the goal says; without a goal the smallest
  None,   ///< the metric does not stand in the summary
};

enum class MetricGoal { Minimize, Maximize };

}  // namespace sconce
