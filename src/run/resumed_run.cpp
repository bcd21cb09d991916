#include "run/resumed_run.h"

#include <c10/util/Exception.h>

#include <string>
#include <utility>

namespace sconce {
namespace {

/// The log of a run has one record of its names, which may be uploaded already.
template <typename Text>
void keep(const char* option, const Text& said, const Text& kept, const std::string& id) {
  if (!said.empty() && said != kept) {
    TORCH_WARN("sconce: run ", id, " goes on with the ", option, " it has; RunOptions().", option,
               " says another");
  }
}

}  // namespace

std::optional<store::RestoredRun> resumed_run(RunOptions& options) {
  if (options.resume().empty()) {
    return std::nullopt;
  }
  const auto directory = store::find_run(options.dir(), options.resume());
  if (!directory) {
    TORCH_CHECK_VALUE(options.resume() == options.id(),
                      "RunOptions().resume: expected a run's directory, or the id of a run in ",
                      options.dir().string(), ", got '", options.resume().string(), "'");
    return std::nullopt;
  }
  store::RestoredRun run = store::restore_run(*directory);
  const store::RunDescription& kept = run.log.description;
  TORCH_CHECK_VALUE(options.id().empty() || options.id() == kept.id, "RunOptions().resume: expected the run ",
                    options.id(), ", as RunOptions().id says, got ", kept.id, " in ", directory->string());
  const std::string anything = "uncategorized";
  keep("project", options.project() == anything ? kept.project : options.project(), kept.project, kept.id);
  keep("entity", options.entity(), kept.entity, kept.id);
  keep("name", options.name(), kept.name, kept.id);
  keep("group", options.group(), kept.group, kept.id);
  keep("job_type", options.job_type(), kept.job_type, kept.id);
  keep("notes", options.notes(), kept.notes, kept.id);
  keep("tags", options.tags(), kept.tags, kept.id);
  options.id(kept.id).name(kept.name).project(kept.project);
  return run;
}

}  // namespace sconce
