#include "torch_ops/png_plan.h"

#include <algorithm>

#include "torch_ops/png_file.h"
#include "torch_ops/png_filters.h"
#include "torch_ops/png_matches.h"
#include "torch_ops/png_stream.h"

namespace sconce::ops {
namespace {

constexpr std::int64_t kBytesAtOnce = std::int64_t{32} << 20;
constexpr std::int64_t kBytesOfTables = 8192;  ///< what a picture counts for at least
constexpr std::int64_t kAdlerModulus = 65521;

constexpr std::int64_t kWordsBeforeStream = (kBytesBeforeStream + 7) / 8;
constexpr std::int64_t kWordsBehindBlocks = (kBytesBehindBlocks + 7) / 8;

/// words, from the lowest byte up. Waits for the device. Only pinned memory lets CUDA write as fast as it can.
at::Tensor bytes_on_host(const at::Tensor& words) {
  const auto options = words.options().device(at::kCPU).pinned_memory(words.is_cuda());
  const at::Tensor bytes = at::empty(words.sizes(), options).copy_(words).view(at::kByte);
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
  return bytes.view({-1, 8}).flip(1).flatten();
#else
  return bytes;
#endif
}

/// Of all bands of a picture. sums: [B] of the sums of adler_sums(), as far as they are.
class Checksum {
 public:
  explicit Checksum(std::int64_t size) : behind_(size), weighted_(size % kAdlerModulus) {}

  /// size: of a band that lacks no row.
  void add(const std::int32_t* sums, std::int64_t size) {
    behind_ -= size;  // below zero where rows are lacking: those are zeros
    const std::int64_t distance = (behind_ % kAdlerModulus + kAdlerModulus) % kAdlerModulus;
    weighted_ = (weighted_ + sums[1] + sums[0] * distance) % kAdlerModulus;
    sum_ = (sum_ + sums[0]) % kAdlerModulus;
  }

  std::uint32_t value() const { return static_cast<std::uint32_t>(weighted_ << 16 | sum_); }

 private:
  std::int64_t behind_;  ///< bytes behind the bands so far
  std::int64_t sum_ = 1;
  std::int64_t weighted_;
};

/// counts: int32 [B,png::kLengthSymbols + distances + 2] on the CPU, with the sums behind.
PngPlan plan_of(const at::Tensor& counts, const PngFormat& format) {
  PngPlan plan{};
  Checksum checksum(format.size());
  const std::vector<std::int64_t> distances = png_distances(format);
  const std::int64_t bands = counts.size(0);
  for (std::int64_t i = 0; i < bands; ++i) {
    const auto* const of_band = counts.data_ptr<std::int32_t>() + i * counts.size(1);
    plan.bands.push_back(band_code(of_band, distances, i + 1 == bands));
    plan.bits += plan.bands.back().bits();
    checksum.add(of_band + png::kLengthSymbols + distances.size(), format.bands.size);
  }
  plan.checksum = checksum.value();
  return plan;
}

}  // namespace

std::int64_t PngPlan::file_size() const { return png_file_size(bits); }

std::int64_t pictures_at_once(const at::Tensor& pixels) {
  return std::max<std::int64_t>(1, kBytesAtOnce / std::max(png_format(pixels).padded_size(), kBytesOfTables));
}

PngPlans plan_png(const at::Tensor& pixels) {
  PngPlans plans{png_format(pixels), {}, {}};
  const PngFormat& format = plans.format;
  const FilteredBands filtered = filtered_bands(png_rows(pixels, format), format);
  const at::Tensor sums = adler_sums(filtered.bytes, format.bands.size).remainder_(kAdlerModulus).to(at::kInt);
  const at::Tensor symbols = png_symbols(filtered, format);
  const auto distances = static_cast<std::int64_t>(png_distances(format).size());
  const at::Tensor counts = at::cat({count_symbols(symbols, distances), sums}, 1).cpu();  // waits for the device
  plans.symbols = symbols.view({-1, format.padded_size()});
  for (const at::Tensor& of_picture : counts.split(format.bands.count)) {
    plans.pictures.push_back(plan_of(of_picture, format));
  }
  return plans;
}

std::vector<at::Tensor> encode_planned(const PngPlans& plans, const std::vector<std::int64_t>& pictures) {
  if (pictures.empty()) return {};
  std::vector<const BandCode*> codes;
  for (const PngPlan& plan : plans.pictures) {
    for (const BandCode& code : plan.bands) codes.push_back(&code);
  }
  std::vector<PlacedBand> bands;
  std::vector<std::int64_t> streams;  // the words at which they begin
  std::int64_t words = 0;
  for (const std::int64_t picture : pictures) {
    const PngPlan& plan = plans.pictures.at(static_cast<std::size_t>(picture));
    streams.push_back(words + kWordsBeforeStream);
    std::int64_t begin = 64 * streams.back() + kStreamHeaderBits;
    for (const BandCode& code : plan.bands) {
      bands.push_back({&code, begin + code.header_bits});
      begin += code.bits();
    }
    words = (begin + 63) / 64 + kWordsBehindBlocks;
  }
  at::Tensor symbols = plans.symbols;
  if (pictures.size() < plans.pictures.size()) {
    symbols = symbols.index_select(0, at::tensor(pictures).to(symbols.device()));
  }
  symbols = symbols.view({static_cast<std::int64_t>(bands.size()), plans.format.bands.padded});
  const at::Tensor files = bytes_on_host(pack_symbols(symbols, codes, png_distances(plans.format), bands, words));
  std::vector<at::Tensor> each;
  for (std::size_t i = 0; i < pictures.size(); ++i) {
    const PngPlan& plan = plans.pictures[static_cast<std::size_t>(pictures[i])];
    const std::int64_t stream = 8 * streams[i];
    finish_png_file(plans.format.header, plan, files.data_ptr<std::uint8_t>() + stream);
    each.push_back(files.narrow(0, stream - kBytesBeforeStream, plan.file_size()));
  }
  return each;
}

}  // namespace sconce::ops
