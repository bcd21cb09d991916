#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "store/transaction_log.h"
#include "store/wandb_records.h"

namespace sconce::store {

/// What is to be appended to a run.
struct Batch {
  std::string lines;    ///< of the history
  std::string events;   ///< lines of system metrics
  std::string output;   ///< of the console
  RecordBatch records;  ///< of the transaction log

  /// timestamp: Unix seconds. runtime: seconds since the run began.
  void add_metrics(double timestamp, double runtime, const std::vector<std::pair<std::string, double>>& values);
  void add_output(OutputStream stream, double timestamp, std::string_view text);
  void add(const Batch& other);
  /// Bytes of text.
  std::size_t size() const noexcept { return lines.size() + events.size() + output.size(); }
  bool empty() const noexcept { return size() == 0 && records.empty(); }
  void clear();
};

}  // namespace sconce::store
