#include "store/batch.h"

#include "store/buffer.h"
#include "store/json_text.h"

namespace sconce::store {

void Batch::add_metrics(double timestamp, double runtime,
                        const std::vector<std::pair<std::string, double>>& values) {
  events += R"({"_wandb":true,"_timestamp":)";
  append_double(events, timestamp);
  events += R"(,"_runtime":)";
  append_double(events, runtime);
  for (const auto& [key, value] : values) {
    events += ',';
    append_string(events, "system." + key);
    events += ':';
    append_double(events, value);
  }
  events += "}\n";
  records.add(stats_record(timestamp, values));
}

void Batch::add_output(OutputStream stream, double timestamp, std::string_view text) {
  output += valid_utf8(text);
  records.add(output_record(stream, timestamp, text));
}

void Batch::add(const Batch& other) {
  lines += other.lines;
  events += other.events;
  output += other.output;
  for (std::size_t i = 0; i < other.records.size(); ++i) {
    records.add(other.records[i]);
  }
}

void Batch::clear() {
  clear_buffer(lines);
  clear_buffer(events);
  clear_buffer(output);
  records.clear();
}

}  // namespace sconce::store
