#pragma once

#include <protozero/types.hpp>

/// The numbers of the fields of W&B's wandb_internal.proto, as far as sconce writes and reads them.
namespace sconce::store::wandb_fields {

enum class Record : protozero::pbf_tag_type {
  Number = 1,
  History = 2,
  Summary = 3,
  Config = 5,
  Files = 6,
  Stats = 7,
  Alert = 10,
  Metric = 12,
  Output = 13,
  Run = 17,
  Exit = 18,
  Final = 20,
  Header = 21,
  Footer = 22,
};
enum class Item : protozero::pbf_tag_type { Key = 1, NestedKey = 2, ValueJson = 16 };
enum class History : protozero::pbf_tag_type { Item = 1, Step = 2 };
enum class Update : protozero::pbf_tag_type { Update = 1 };  ///< of a summary or a config
enum class Number : protozero::pbf_tag_type { Number = 1 };
enum class Run : protozero::pbf_tag_type {
  Id = 1,
  Entity = 2,
  Project = 3,
  Config = 4,
  Group = 6,
  JobType = 7,
  DisplayName = 8,
  Notes = 9,
  Tags = 10,
  StartTime = 17,
};
enum class Time : protozero::pbf_tag_type { Seconds = 1, Nanoseconds = 2 };
enum class Stats : protozero::pbf_tag_type { Time = 2, Item = 3 };
enum class Output : protozero::pbf_tag_type { Stream = 1, Time = 2, Text = 3 };
enum class Exit : protozero::pbf_tag_type { Code = 1, Runtime = 2 };
enum class Files : protozero::pbf_tag_type { Files = 1 };
enum class File : protozero::pbf_tag_type { Path = 1, Policy = 2, Kind = 3 };
/// HistoryBefore and StepBefore are sconce's own; W&B's readers pass over them.
enum class Header : protozero::pbf_tag_type { Version = 1, HistoryBefore = 1000, StepBefore = 1001 };
enum class Version : protozero::pbf_tag_type { Producer = 1, MinConsumer = 2 };
enum class Alert : protozero::pbf_tag_type { Title = 1, Text = 2, Level = 3, WaitMilliseconds = 4 };
enum class Metric : protozero::pbf_tag_type {
  Name = 1,
  Glob = 2,
  StepMetric = 4,
  Options = 6,
  Summary = 7,
  Goal = 8,
  Control = 9,
  IsExpanded = 10,
};
enum class MetricOption : protozero::pbf_tag_type { StepSync = 1, Hidden = 2, Defined = 3 };
enum class MetricControl : protozero::pbf_tag_type { Overwrite = 1 };

}  // namespace sconce::store::wandb_fields
