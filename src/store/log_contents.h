#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include <nlohmann/json.hpp>

#include "store/metrics.h"
#include "store/run_description.h"
#include "store/transaction_log.h"
#include "store/wandb_records.h"

namespace sconce::store {

/// What a transaction log says of its run.
struct LogContents {
  RunDescription description;  ///< with the config as it was at last; without an id if there is no run record
  nlohmann::ordered_json class_labels = nlohmann::ordered_json::object();
  nlohmann::ordered_json summary = nlohmann::ordered_json::object();
  std::vector<MetricDefinition> metrics;  ///< as they were defined
  RowsBefore rows_before;
  std::int64_t newest_step = -1;
  std::int64_t newest_late_step = -1;  ///< of late rows at the log's end
  bool is_complete = false;            ///< it has an exit record
  LogEnd end;                          ///< before late rows and the exit record, and before a record that was cut
};

/// Throws std::filesystem::filesystem_error if it cannot be read, protozero::exception for records that are none.
LogContents read_log(const std::filesystem::path& log);

}  // namespace sconce::store
