#include "terminal/run_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>

#include "terminal/display_text.h"
#include "terminal/shell.h"
#include "terminal/sparkline.h"

namespace sconce::terminal {
namespace {

using nlohmann::ordered_json;

constexpr std::string_view kPrefix = "sconce: ";
constexpr const char* kBlankLine = "sconce:\n";
constexpr std::size_t kMostBars = 40;  ///< as wandb

std::string line(std::string_view text) { return fmt::format("{}{}\n", kPrefix, text); }

std::string shown_number(double number) {
  constexpr double kPlaces = 1e5;
  const double size = std::abs(number);
  if (size >= 1e-3 && size < 1e10) {
    return fmt::format("{}", std::round(number * kPlaces) / kPlaces);
  }
  return size < 1 ? fmt::format("{:.5g}", number) : fmt::format("{}", number);
}

std::optional<std::string> shown(const ordered_json& value);

std::optional<std::string> shown_members(const ordered_json& object) {
  if (object.contains("_type")) {
    return std::nullopt;
  }
  std::string out;
  for (const auto& [name, member] : object.items()) {
    if (const auto text = shown(member)) {
      out += fmt::format("{}{} {}", out.empty() ? "" : ", ", name, *text);
    }
  }
  return out.empty() ? std::nullopt : std::optional(out);
}

std::optional<std::string> shown(const ordered_json& value) {
  if (value.is_string()) {
    return value.get<std::string>();
  }
  if (value.is_number_float()) {
    return shown_number(value.get<double>());
  }
  if (value.is_object()) {
    return shown_members(value);
  }
  return value.is_array() ? std::nullopt : std::optional(value.dump());
}

std::string bytes_text(std::int64_t bytes) {
  constexpr std::array<const char*, 5> kUnits{"kB", "MB", "GB", "TB", "PB"};
  constexpr double kStep = 1000;
  auto amount = static_cast<double>(bytes);
  if (amount < kStep) {
    return fmt::format("{} B", bytes);
  }
  amount /= kStep;
  std::size_t unit = 0;
  for (; amount >= kStep && unit + 1 < kUnits.size(); ++unit) {
    amount /= kStep;
  }
  return fmt::format("{:.1f} {}", amount, kUnits[unit]);
}

std::string count_text(std::int64_t count, std::string_view what) {
  return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

/// A table's line: keys that end where the longest does, values that begin there.
class Columns {
 public:
  template <typename Rows>
  Columns(const Rows& rows, std::size_t width) {
    constexpr std::size_t kNarrowest = 20;
    const std::size_t room = std::max(width, kNarrowest + kPrefix.size()) - kPrefix.size();
    for (const auto& [key, value] : rows) {
      keys_ = std::max(keys_, columns_of(printable(key)));
    }
    keys_ = std::min(keys_, room / 2);
    values_ = room - keys_ - 1;
  }

  std::size_t of_values() const noexcept { return values_; }
  std::string row(std::string_view key, std::string_view value) const {
    const std::string name = cut(printable(key), keys_);
    const std::string margin(keys_ - columns_of(name), ' ');
    return line(margin + name + " " + cut(value, values_));
  }

 private:
  std::size_t keys_ = 0;
  std::size_t values_ = 0;
};

std::string table(std::string_view title, const std::string& rows, std::int64_t more) {
  return rows.empty() ? ""
                      : std::string(kBlankLine) + line(title) + rows +
                            (more > 0 ? line(fmt::format("+ {} more", more)) : "");
}

std::string history_table(const RunReport& report, std::size_t width) {
  const Columns columns(report.histories, width);
  std::string rows;
  for (const auto& [key, values] : report.histories) {
    const std::string bars = sparkline(values, std::min(kMostBars, columns.of_values()));
    rows += bars.empty() ? "" : columns.row(key, bars);
  }
  return table("Run history:", rows, report.more_histories);
}

std::string summary_table(const RunReport& report, std::size_t width) {
  const Columns columns(report.summary, width);
  std::string rows;
  for (const auto& [key, value] : report.summary) {
    rows += columns.row(key, printable(value));
  }
  return table("Run summary:", rows, report.more_summary);
}

std::string amounts(const RunReport& report) {
  std::string out = count_text(report.rows, "row");
  if (report.media_files > 0) {
    out += fmt::format(", {} of {}", count_text(report.media_files, "media file"), bytes_text(report.media_bytes));
  }
  return out;
}

std::string troubles(const RunReport& report) {
  constexpr double kNoticeable = 0.05;
  std::string out;
  if (report.seconds_waited >= kNoticeable) {
    out += line(fmt::format("log() waited {:.1f} s for room", report.seconds_waited));
  }
  if (report.errors > 0) {
    out += line(fmt::format("{}{}: {}", count_text(report.errors, "error"), report.errors > 1 ? ", the last" : "",
                            printable(report.last_error)));
  }
  if (!report.losses.empty()) {
    out += line(printable(report.losses));
  }
  return out;
}

}  // namespace

std::string start_line(std::string_view name, std::string_view path) {
  return line(fmt::format("run {} in {}", printable(name), printable(path)));
}

std::string end_lines(const RunReport& report, std::size_t width) {
  return history_table(report, width) + summary_table(report, width) + kBlankLine + line(amounts(report)) +
         troubles(report) + line("To upload this run:") + line("wandb sync " + shell_word(report.path));
}

std::string progress_text(std::int64_t rows, std::int64_t images, std::int64_t bytes) {
  return fmt::format("{}finishing: {} and {} to write, {}", kPrefix, count_text(rows, "row"),
                     count_text(images, "image"), bytes_text(bytes));
}

std::optional<std::string> shown_value(std::string_view json) {
  const ordered_json value = ordered_json::parse(json, nullptr, /*allow_exceptions=*/false);
  return value.is_discarded() ? std::nullopt : shown(value);
}

}  // namespace sconce::terminal
