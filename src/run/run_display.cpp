#include "run/run_display.h"

#include <chrono>
#include <cstdint>
#include <string_view>
#include <utility>

#include "terminal/shell.h"

namespace sconce {
namespace {

constexpr auto kPatience = std::chrono::seconds(1);

bool is_number(std::string_view json) {
  return !json.empty() && (json.front() == '-' || (json.front() >= '0' && json.front() <= '9'));
}

void add_summary(terminal::RunReport& report, const store::Summary& summary) {
  summary.for_each([&](const std::string& key, const std::string& json, bool /*is_logged*/) {
    if (key.front() == '_') {
      return;
    }
    const bool is_full = report.summary.size() == terminal::RunReport::kMostKeys;
    if (is_full && is_number(json)) {
      ++report.more_summary;
    } else if (auto value = terminal::shown_value(json)) {
      if (is_full) {
        ++report.more_summary;
      } else {
        report.summary.emplace_back(key, std::move(*value));
      }
    }
  });
}

void add_histories(terminal::RunReport& report, const ValueHistories& histories, const store::Summary& summary) {
  for (const auto& [key, history] : histories.all()) {
    report.histories.emplace_back(key, history.values());
  }
  if (histories.is_partial()) {
    summary.for_each([&](const std::string& key, const std::string& json, bool is_logged) {
      const bool is_left_out =
          is_logged && is_number(json) && key.front() != '_' && histories.all().find(key) == histories.all().end();
      report.more_histories += is_left_out ? 1 : 0;
    });
  }
}

}  // namespace

RunDisplay::RunDisplay() {
  if (terminal_.is_on()) {
    histories_.emplace();
  }
}

void RunDisplay::show_start(const std::string& name, const std::filesystem::path& dir) const {
  if (terminal_.is_on()) {
    terminal_.write(terminal::start_line(name, terminal::shortest_path(dir)), kPatience);
  }
}

void RunDisplay::show_end(terminal::RunReport report, const store::Summary& summary,
                          const std::filesystem::path& dir) const {
  add_summary(report, summary);
  if (histories_) {
    add_histories(report, *histories_, summary);
  }
  report.path = terminal::shortest_path(dir);
  terminal_.write(terminal::end_lines(report, terminal_.width()), kPatience);
}

}  // namespace sconce
