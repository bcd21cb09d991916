#include "media/filter_choice.h"

#include <algorithm>
#include <array>

namespace sconce::media {
namespace {

constexpr std::array<PngFilter, 5> kFilters = {PngFilter::None, PngFilter::Sub, PngFilter::Up, PngFilter::Average,
                                               PngFilter::Paeth};

using Costs = std::array<std::uint64_t, kFilters.size()>;

/// Filters some of the rows in every way and adds the residuals' magnitudes.
Costs sample_costs(const PixelView& pixels, std::uint8_t* scratch, Simd simd) {
  constexpr std::int64_t kLeastRows = 8;
  constexpr std::int64_t kMostRows = 32;
  const std::size_t size = bytes_per_row(pixels);
  const std::int64_t wanted = std::max(kLeastRows, std::min(kMostRows, pixels.height / 16));
  const std::int64_t rows = std::min(pixels.height, wanted);
  Costs costs{};
  for (std::int64_t i = 0; i < rows; ++i) {
    const std::int64_t y = (2 * i + 1) * pixels.height / (2 * rows);
    for (std::size_t f = 0; f < kFilters.size(); ++f) {
      filter_rows(pixels, kFilters[f], y, 1, scratch, simd);
      costs[f] += sum_of_magnitudes(scratch + 1, size, simd);
    }
  }
  return costs;
}

/// A drawing's neighbours are equal for the most part; in a photograph that is rare.
bool is_drawing(const PixelView& pixels) {
  constexpr std::int64_t kSamples = 1024;
  const std::size_t pixel = bytes_per_pixel(pixels);
  const std::size_t row = bytes_per_row(pixels);
  if (pixels.width < 2) return false;
  const std::int64_t step = std::max<std::int64_t>(1, pixels.width * pixels.height / kSamples);
  std::int64_t equal = 0;
  std::int64_t seen = 0;
  for (std::int64_t at = step / 2; at < pixels.width * pixels.height; at += step) {
    const std::int64_t x = at % pixels.width;
    if (x == 0) continue;
    const std::uint8_t* const here =
        pixels.data + static_cast<std::size_t>(at / pixels.width) * row + static_cast<std::size_t>(x) * pixel;
    equal += std::equal(here, here + pixel, here - pixel) ? 1 : 0;
    ++seen;
  }
  return 3 * equal >= 2 * seen;
}

}  // namespace

FilterChoice choose_filter(const PixelView& pixels, std::uint8_t* scratch, Simd simd) {
  const Costs costs = sample_costs(pixels, scratch, simd);
  const auto cheapest = static_cast<std::size_t>(std::min_element(costs.begin(), costs.end()) - costs.begin());
  const PngFilter filter = kFilters[cheapest];
  // In pixels of one byte, as masks have them, runs are as short as matches and found sooner. Wider pixels make
  // runs where rows repeat the row above; where nothing does, patterns come back that no filter may disturb.
  if (bytes_per_pixel(pixels) == 1 || !is_drawing(pixels)) return {filter, false};
  if (filter == PngFilter::None) return {filter, true};
  return {PngFilter::Up, false};
}

}  // namespace sconce::media
