#include "media/filter_choice.h"

#include <algorithm>
#include <array>

namespace sconce::media {
namespace {

constexpr std::array<PngFilter, 5> kFilters = {PngFilter::None, PngFilter::Sub, PngFilter::Up, PngFilter::Average,
                                               PngFilter::Paeth};

using Costs = std::array<std::uint64_t, kFilters.size()>;

PngFilter cheapest(const Costs& costs) {
  return kFilters[static_cast<std::size_t>(std::min_element(costs.begin(), costs.end()) - costs.begin())];
}

/// Pieces of the rows are filtered in every way; the one that leaves the smallest magnitudes is the cheapest.
PngFilter cheapest_filter(const PixelView& pixels, std::int64_t first_row, std::int64_t rows,
                          std::int64_t most_pieces, Simd simd) {
  constexpr std::size_t kPiece = 512;
  std::array<std::uint8_t, kPiece> residuals;
  const std::size_t size = bytes_per_row(pixels);
  const std::size_t piece = std::min(size, kPiece);
  const std::size_t skipped = std::min(piece, bytes_per_pixel(pixels));  // these have nothing on their left
  const std::int64_t pieces = std::min(rows, most_pieces);
  Costs costs{};
  for (std::int64_t i = 0; i < pieces; ++i) {
    const std::int64_t y = first_row + (2 * i + 1) * rows / (2 * pieces);
    const auto x = static_cast<std::size_t>(i * 5 % pieces) * (size - piece) / static_cast<std::size_t>(pieces);
    for (std::size_t f = 0; f < kFilters.size(); ++f) {
      filter_piece(pixels, kFilters[f], y, x, piece, residuals.data(), simd);
      costs[f] += sum_of_magnitudes(residuals.data() + skipped, piece - skipped, simd);
    }
  }
  return cheapest(costs);
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

PngFilter cheapest_filter(const PixelView& pixels, std::int64_t first_row, std::int64_t rows, Simd simd) {
  constexpr std::int64_t kPieces = 12;
  return cheapest_filter(pixels, first_row, rows, kPieces, simd);
}

void filter_row_by_row(const PixelView& pixels, std::int64_t first_row, std::int64_t rows, std::uint8_t* out,
                       Simd simd) {
  const std::size_t size = bytes_per_row(pixels);
  for (std::int64_t y = first_row; y < first_row + rows; ++y, out += 1 + size) {
    Costs costs;
    for (std::size_t f = 0; f < kFilters.size(); ++f) {
      filter_piece(pixels, kFilters[f], y, 0, size, out, simd);
      costs[f] = sum_of_magnitudes(out, size, simd);
    }
    filter_rows(pixels, cheapest(costs), y, 1, out, simd);
  }
}

FilterChoice choose_filter(const PixelView& pixels, Simd simd) {
  constexpr std::int64_t kPieces = 32;
  // In pixels of one byte, as masks have them, residuals are rare: a part of a picture does not show enough of
  // them. Their runs are as short as matches and found sooner.
  if (bytes_per_pixel(pixels) == 1) return {cheapest_filter(pixels, 0, pixels.height, kPieces, simd), false};
  if (is_drawing(pixels)) return {PngFilter::None, true};
  return {};
}

}  // namespace sconce::media
