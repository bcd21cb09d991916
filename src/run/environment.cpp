#include "run/environment.h"

#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sconce {
namespace {

std::string variable(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? "" : value;
}

std::string either(const std::string& option, const char* name) {
  return option.empty() ? variable(name) : option;
}

std::vector<std::string> split_at_commas(std::string_view text) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    const std::string_view part = text.substr(0, text.find(','));
    if (!part.empty()) {
      parts.emplace_back(part);
    }
    text.remove_prefix(std::min(part.size() + 1, text.size()));
  }
  return parts;
}

/// wandb makes its folder below WANDB_DIR.
std::filesystem::path default_dir() { return std::filesystem::path(variable("WANDB_DIR")) / "wandb"; }

}  // namespace

RunOptions with_environment(RunOptions options) {
  options.entity(either(options.entity(), "WANDB_ENTITY"));
  options.project(either(options.project(), "WANDB_PROJECT"));
  if (options.project().empty()) {
    options.project("uncategorized");
  }
  options.name(either(options.name(), "WANDB_NAME"));
  options.notes(either(options.notes(), "WANDB_NOTES"));
  options.group(either(options.group(), "WANDB_RUN_GROUP"));
  options.job_type(either(options.job_type(), "WANDB_JOB_TYPE"));
  if (options.resume().empty()) {  // a run that goes on has its id
    options.id(either(options.id(), "WANDB_RUN_ID"));
  }
  if (options.tags().empty()) {
    options.tags(split_at_commas(variable("WANDB_TAGS")));
  }
  if (options.dir().empty()) {
    options.dir(default_dir());
  }
  if (!options.disabled()) {
    options.disabled(variable("WANDB_MODE") == "disabled");
  }
  return options;
}

}  // namespace sconce
