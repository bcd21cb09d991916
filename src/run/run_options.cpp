#include "run/run_options.h"

#include <c10/util/Exception.h>

#include <algorithm>

namespace sconce {
namespace {

void check_characters(const char* option, const std::string& text, const char* forbidden) {
  TORCH_CHECK_VALUE(text.find_first_of(forbidden) == std::string::npos && text.find('\0') == std::string::npos,
                    "RunOptions().", option, ": expected none of ", forbidden, " and no NUL, got '", text, "'");
}

}  // namespace

std::int64_t encoder_threads(const RunOptions& options, unsigned hardware_threads) {
  constexpr unsigned kShare = 8;
  return options.encoder_threads().value_or(std::clamp(hardware_threads / kShare, 1U, 4U));
}

void check(const RunOptions& options) {
  TORCH_CHECK_VALUE(options.project().size() <= 128, "RunOptions().project: expected at most 128 bytes, got ",
                    options.project().size());
  check_characters("project", options.project(), "/\\#?%:");
  const std::string& id = options.id();
  check_characters("id", id, ":;,#?/\\'");
  TORCH_CHECK_VALUE(id.size() <= 64, "RunOptions().id: expected at most 64 bytes, got ", id.size());
  TORCH_CHECK_VALUE(id.empty() || (id.front() != ' ' && id.back() != ' '),
                    "RunOptions().id: expected no space around it, got '", id, "'");
  for (const std::string& tag : options.tags()) {
    TORCH_CHECK_VALUE(!tag.empty() && tag.size() <= 64, "RunOptions().tags: expected 1 to 64 bytes each, got '",
                      tag, "'");
  }
  if (const auto threads = options.encoder_threads()) {
    TORCH_CHECK_VALUE(*threads >= 1 && *threads <= 256, "RunOptions().encoder_threads: expected 1 to 256, got ",
                      *threads);
  }
  TORCH_CHECK_VALUE(options.system_metrics_interval() >= 0.1 && options.system_metrics_interval() <= 1e6,
                    "RunOptions().system_metrics_interval: expected 0.1 to 1,000,000 seconds, got ",
                    options.system_metrics_interval());
  TORCH_CHECK_VALUE(options.max_pending_bytes() > 0, "RunOptions().max_pending_bytes: expected more than 0, got ",
                    options.max_pending_bytes());
}

}  // namespace sconce
