#include "torch_ops/png_turn.h"

#include <algorithm>
#include <numeric>
#include <optional>
#include <utility>

#include "torch_ops/png_file.h"
#include "torch_ops/png_filters.h"
#include "torch_ops/png_matches.h"
#include "torch_ops/png_stream.h"

namespace sconce::ops {
namespace {

constexpr std::int64_t kWordsBeforeStream = (kBytesBeforeStream + 7) / 8;
constexpr std::int64_t kWordsBehindBlocks = (kBytesBehindBlocks + 7) / 8;

/// From the lowest byte of a word up.
at::Tensor bytes_of(const at::Tensor& words) {
  const at::Tensor bytes = words.view(at::kByte);
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
  return bytes.view({-1, 8}).flip(1).flatten();
#else
  return bytes;
#endif
}

at::Tensor selected(const at::Tensor& symbols, const std::vector<std::int64_t>& pictures) {
  const at::Tensor numbers =
      empty_for_copies({static_cast<std::int64_t>(pictures.size())}, at::kLong, symbols.device());
  std::copy(pictures.begin(), pictures.end(), numbers.data_ptr<std::int64_t>());
  return symbols.index_select(0, copy_to(symbols.device(), numbers));
}

}  // namespace

PngTurn::PngTurn(const at::Tensor& pixels) : format_(png_format(pixels)) {
  const FilteredBands filtered = filtered_bands(png_rows(pixels, format_), format_);
  const at::Tensor sums = adler_sums(filtered.bytes, format_.bands.size).remainder_(kAdlerModulus).to(at::kInt);
  const at::Tensor symbols = png_symbols(filtered, format_);
  const auto distances = static_cast<std::int64_t>(png_distances(format_).size());
  counts_ = HostCopy(at::cat({count_symbols(symbols, distances), sums}, 1));
  symbols_ = symbols.view({-1, format_.padded_size()});
}

void PngTurn::plan() {
  plans_ = plan_pictures(counts_.get(), format_);
  counts_ = {};
}

void PngTurn::pack(std::vector<std::int64_t> pictures) {
  packed_ = std::move(pictures);
  const at::Tensor symbols = std::exchange(symbols_, {});
  if (packed_.empty()) return;
  std::vector<const BandCode*> codes;
  for (const PngPlan& plan : plans_) {
    for (const BandCode& code : plan.bands) codes.push_back(&code);
  }
  std::vector<PlacedBand> bands;
  std::int64_t words = 0;
  for (const std::int64_t picture : packed_) {
    const PngPlan& plan = plans_.at(static_cast<std::size_t>(picture));
    streams_.push_back(words + kWordsBeforeStream);
    std::int64_t begin = 64 * streams_.back() + kStreamHeaderBits;
    for (const BandCode& code : plan.bands) {
      bands.push_back({&code, begin + code.header_bits});
      begin += code.bits();
    }
    words = (begin + 63) / 64 + kWordsBehindBlocks;
  }
  const at::Tensor chosen = (packed_.size() < plans_.size() ? selected(symbols, packed_) : symbols)
                                .view({static_cast<std::int64_t>(bands.size()), format_.bands.padded});
  words_ = HostCopy(pack_symbols(chosen, codes, png_distances(format_), bands, words));
}

std::vector<at::Tensor> PngTurn::files() {
  std::vector<at::Tensor> each;
  if (packed_.empty()) return each;
  const at::Tensor bytes = bytes_of(words_.get());
  words_ = {};
  for (std::size_t i = 0; i < packed_.size(); ++i) {
    const PngPlan& plan = plans_[static_cast<std::size_t>(packed_[i])];
    const std::int64_t stream = 8 * streams_[i];
    finish_png_file(format_.header, plan, bytes.data_ptr<std::uint8_t>() + stream);
    each.push_back(bytes.narrow(0, stream - kBytesBeforeStream, plan.file_size()));
  }
  return each;
}

std::vector<std::int64_t> all_pictures(const PngTurn& turn) {
  std::vector<std::int64_t> all(turn.plans().size());
  std::iota(all.begin(), all.end(), 0);
  return all;
}

void encode_in_turns(const PngTurns& turns) {
  const std::int64_t count = in_parts(turns.pictures, turns.in_turn);
  const std::int64_t each = count == 0 ? 0 : in_parts(turns.pictures, count);
  std::optional<PngTurn> counted, packed;
  for (std::int64_t turn = 0; turn < count + 2; ++turn) {
    const std::int64_t begin = turn * each;
    std::optional<PngTurn> begun;
    if (begin < turns.pictures) begun.emplace(turns.pixels(begin, std::min(each, turns.pictures - begin)));
    if (counted) {
      counted->plan();
      counted->pack(turns.choose(*counted));
    }
    if (packed) turns.take(begin - 2 * each, *packed);
    packed = std::move(counted);
    counted = std::move(begun);
  }
}

}  // namespace sconce::ops
