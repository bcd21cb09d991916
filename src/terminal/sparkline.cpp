#include "terminal/sparkline.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace sconce::terminal {
namespace {

constexpr std::array<const char*, 8> kBars{"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};

/// The first and the last value are among them.
std::vector<double> sample(const std::vector<double>& values, std::size_t count) {
  if (values.size() <= count || count < 2) {
    return {values.begin(), values.begin() + static_cast<std::ptrdiff_t>(std::min(values.size(), count))};
  }
  const double ratio = static_cast<double>(values.size() - 1) / static_cast<double>(count - 1);
  std::vector<double> sampled;
  for (std::size_t i = 0; i + 1 < count; ++i) {
    sampled.push_back(values[static_cast<std::size_t>(static_cast<double>(i) * ratio)]);
  }
  sampled.push_back(values.back());
  return sampled;
}

}  // namespace

std::string sparkline(const std::vector<double>& values, std::size_t columns) {
  const std::vector<double> bars = sample(values, columns);
  double least = std::numeric_limits<double>::infinity();
  double greatest = -least;
  for (const double value : bars) {
    if (std::isfinite(value)) {
      least = std::min(least, value);
      greatest = std::max(greatest, value);
    }
  }
  if (least > greatest) {
    return "";
  }
  const double range = greatest / 2 - least / 2;  // halves: the whole may be more than a double holds
  std::string out;
  for (const double value : bars) {
    if (!std::isfinite(value)) {
      out += ' ';
      continue;
    }
    const double height = range > 0 ? (value / 2 - least / 2) / range : 0;
    out += kBars[static_cast<std::size_t>(std::nearbyint(height * (kBars.size() - 1)))];
  }
  return out;
}

}  // namespace sconce::terminal
