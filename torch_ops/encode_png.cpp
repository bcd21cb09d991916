#include <ATen/ATen.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <numeric>
#include <utility>
#include <vector>

#include "png/bit_writer.h"
#include "png/chunks.h"
#include "png/code_lengths.h"
#include "png/huffman.h"
#include "sconce/ops.h"
#include "torch_ops/describe.h"
#include "torch_ops/png_filters.h"
#include "torch_ops/png_stream.h"

namespace sconce::ops {
namespace {

constexpr std::int64_t kMaxSide = 65500;
constexpr std::int64_t kMaxBytes = std::int64_t{1} << 30;     ///< of a picture, so that one chunk holds its data
constexpr std::int64_t kBatchBytes = std::int64_t{32} << 20;  ///< more pictures than that are encoded in turns
constexpr std::int64_t kBytesOfTables = 8192;                 ///< what a picture counts for at least
constexpr std::int64_t kSampledRows = 64;
constexpr std::int64_t kSampledBytes = 32768;
constexpr std::size_t kEndOfBlock = 256;
constexpr std::size_t kSymbols = 257;
constexpr unsigned kMaxCodeBits = kMaxStreamCodeBits;
constexpr std::size_t kMaxHeaderSize = 512;

/// Of pictures of one size and kind.
struct Format {
  png::Header header;
  std::int64_t row;    ///< bytes, without the filter's number
  std::int64_t pixel;  ///< bytes
  std::int64_t size() const { return header.height * (row + 1); }
  std::int64_t padded_size() const { return (size() + kStreamBlock - 1) / kStreamBlock * kStreamBlock; }
};

/// How often each byte comes in a sample, behind the filter that leaves the least entropy.
struct Sample {
  at::Tensor counts;  ///< int64 [N,1+256]: the filter's number, then counts
  bool whole;         ///< the sample is all there is
  std::int64_t rows;  ///< that the sample amounts to, at least 1
};

Sample take_sample(const at::Tensor& bordered, const Format& format) {
  const std::int64_t count = bordered.size(0), height = format.header.height;
  const std::int64_t rows = height * format.row <= kSampledBytes ? height : std::min(height, kSampledRows);
  std::int64_t step = (rows * format.row + kSampledBytes - 1) / kSampledBytes;
  while (step > 1 && std::gcd(step, format.pixel) > 1) ++step;  // so that each channel has its turn
  const auto options = bordered.options();
  const at::Tensor numbers =
      at::arange(rows, options.dtype(at::kLong)).mul_(2).add_(1).mul_(height).floor_divide_(2 * rows);
  const FilterInput input = filter_input(bordered, format.pixel, numbers);
  const at::Tensor residuals = at::empty({kPngFilters, count, rows, format.row}, options);
  for (std::int64_t filter = 0; filter < kPngFilters; ++filter) filter_into(residuals[filter], input, filter);
  const at::Tensor taken = residuals.view({kPngFilters * count, -1}).slice(1, 0, c10::nullopt, step).to(at::kInt);
  const std::int64_t samples = kPngFilters * count;
  const at::Tensor bins = taken.add_(at::arange(samples, taken.options()).mul_(256).unsqueeze(1)).flatten();
  const at::Tensor counts = at::zeros({samples * 256}, options.dtype(at::kLong));
  counts.index_add_(0, bins, at::ones({1}, counts.options()).expand_as(bins));
  const at::Tensor by_filter = counts.view({kPngFilters, count, 256});
  const at::Tensor numbers_of = by_filter.to(at::kDouble);
  const at::Tensor best = at::xlogy(numbers_of, numbers_of).sum(-1).argmax(0).unsqueeze(1);  // [N,1]
  const at::Tensor of_best = by_filter.gather(0, best.expand({count, 256}).unsqueeze(0)).squeeze(0);
  return {at::cat({best, of_best}, 1), rows == height && step == 1, (rows + step - 1) / step};
}

/// What the host makes of a picture's sample.
struct Plan {
  std::int64_t image;
  std::int64_t filter;
  std::array<std::uint8_t, kSymbols> lengths;
  std::array<std::uint16_t, kSymbols> codes;
  std::array<std::uint8_t, kMaxHeaderSize> header;  ///< of the stream and of its one block
  std::int64_t header_bits;

  std::int64_t longest() const { return *std::max_element(lengths.begin(), lengths.end()); }
};

void write_header(Plan& plan) {
  png::BitWriter writer;
  writer.out = plan.header.data();
  constexpr unsigned kDeflate32KFastest = 0x0178;
  constexpr unsigned kLastAndDynamic = 1 | 2 << 1;
  writer.put(kDeflate32KFastest, 16);
  writer.put(kLastAndDynamic, 3);
  constexpr std::uint8_t kNoDistance = 0;
  writer = png::write_code_lengths(writer, {plan.lengths.data(), kSymbols}, {&kNoDistance, 1});
  plan.header_bits = (writer.out - plan.header.data()) * 8 + writer.count;
}

/// Bytes that a sample may have missed get codes, too. Nothing weighs less than what a code of the most bits
/// stands for: cutting longer ones down would cost the frequent bytes more.
Plan make_plan(const std::int64_t* sample, std::int64_t image, bool whole, std::int64_t rows) {
  Plan plan{};
  plan.image = image;
  plan.filter = sample[0];
  std::array<std::uint32_t, kSymbols> weights{};
  std::copy(sample + 1, sample + 1 + 256, weights.begin());
  weights[static_cast<std::size_t>(plan.filter)] += static_cast<std::uint32_t>(rows);
  const std::uint32_t total = std::accumulate(weights.begin(), weights.end(), 0U);
  const std::uint32_t least = std::max(1U, total >> kMaxCodeBits);
  for (std::uint32_t& weight : weights) weight = whole && weight == 0 ? 0 : std::max(weight, least);
  weights[kEndOfBlock] = 1;
  png::huffman_lengths(weights.data(), kSymbols, kMaxCodeBits, plan.lengths.data());
  png::canonical_codes(plan.lengths.data(), kSymbols, plan.codes.data());
  write_header(plan);
  return plan;
}

/// By filter, so that pictures of one filter are beside each other.
std::vector<Plan> make_plans(const Sample& sample) {
  const at::Tensor counts = sample.counts.cpu();  // waits for the device
  std::vector<Plan> plans;
  for (std::int64_t i = 0; i < counts.size(0); ++i) {
    plans.push_back(make_plan(counts[i].data_ptr<std::int64_t>(), i, sample.whole, sample.rows));
  }
  std::stable_sort(plans.begin(), plans.end(),
                   [](const Plan& one, const Plan& other) { return one.filter < other.filter; });
  return plans;
}

at::Tensor to_device(const at::Tensor& from, const at::Tensor& like) {
  return from.to(like.device(), from.scalar_type(), /*non_blocking=*/true);
}

at::Tensor in_order(const at::Tensor& bordered, const std::vector<Plan>& plans) {
  if (plans.front().filter == plans.back().filter) return bordered;
  const at::Tensor order = at::empty({bordered.size(0)}, at::kLong);
  for (std::size_t i = 0; i < plans.size(); ++i) order.data_ptr<std::int64_t>()[i] = plans[i].image;
  return bordered.index_select(0, to_device(order, bordered));
}

/// Rows behind their filter's number, uint8 [N, padded_size()].
at::Tensor filtered_streams(const at::Tensor& bordered, const std::vector<Plan>& plans, const Format& format) {
  const std::int64_t count = bordered.size(0), size = format.size(), padded = format.padded_size();
  const at::Tensor streams = at::empty({count, padded}, bordered.options());
  streams.narrow(1, size, padded - size).zero_();
  const at::Tensor rows = streams.narrow(1, 0, size).unflatten(1, {format.header.height, format.row + 1});
  const FilterInput all = filter_input(bordered, format.pixel);
  for (std::size_t begin = 0, end = 0; begin < plans.size(); begin = end) {
    const std::int64_t filter = plans[begin].filter;
    while (end < plans.size() && plans[end].filter == filter) ++end;
    const auto part = [&](const at::Tensor& of) {
      return of.narrow(0, static_cast<std::int64_t>(begin), static_cast<std::int64_t>(end - begin));
    };
    part(rows).select(2, 0).fill_(filter);
    filter_into(part(rows).narrow(2, 1, format.row),
                {part(all.here), part(all.left), part(all.above), part(all.above_left)}, filter);
  }
  return streams;
}

PackedStreams packed(const at::Tensor& streams, const std::vector<Plan>& plans) {
  const auto count = static_cast<std::int64_t>(plans.size());
  const at::Tensor codes = at::empty({count, 256}, at::kInt), room = at::empty({count}, at::kLong);
  std::int64_t most_words = 1;
  for (std::int64_t i = 0; i < count; ++i) {
    const Plan& plan = plans[static_cast<std::size_t>(i)];
    auto* const of_plan = codes[i].data_ptr<std::int32_t>();
    for (std::size_t byte = 0; byte < 256; ++byte) {
      of_plan[byte] = plan.codes[byte] << kLengthBits | plan.lengths[byte];
    }
    room.data_ptr<std::int64_t>()[i] = plan.header_bits;
    most_words += (streams.size(1) * plan.longest() + plan.header_bits + 63) / 64;
  }
  return pack_streams(streams, to_device(codes, streams), to_device(room, streams), most_words);
}

/// Room for a BitWriter's last eight bytes behind them.
void store_little_endian(std::uint8_t* to, const std::int64_t* words, std::int64_t count) {
  png::BitWriter writer;
  writer.out = to;
  for (std::int64_t i = 0; i < count; ++i) {
    const auto word = static_cast<std::uint64_t>(words[i]);
    writer.put(word & 0xffffffff, 32);
    writer.flush();
    writer.put(word >> 32, 32);
    writer.flush();
  }
}

std::uint32_t adler32(const std::int64_t* sums, std::int64_t size) {
  constexpr std::int64_t kModulus = 65521;
  return static_cast<std::uint32_t>((sums[1] + size) % kModulus << 16 | (sums[0] + 1) % kModulus);
}

/// The file around the packed bits, whose room for the header and end are still open.
at::Tensor file_of(const Plan& plan, const Format& format, const std::int64_t* words, std::int64_t packed_bits,
                   std::uint32_t checksum) {
  const std::int64_t padding = (format.padded_size() - format.size()) * plan.lengths[0];
  const std::int64_t bits = plan.header_bits + packed_bits - padding;
  const std::int64_t word_count = (plan.header_bits + packed_bits + 63) / 64;
  constexpr std::size_t kSlack = 32;  // the end of the block, the checksum, and what a BitWriter needs
  const std::size_t head = png::kChunkHead;
  std::vector<std::uint8_t> chunk(head + static_cast<std::size_t>(word_count) * 8 + kSlack);
  std::uint8_t* const data = chunk.data() + head;
  store_little_endian(data, words, word_count);
  const auto header_size = static_cast<std::size_t>((plan.header_bits + 7) / 8);
  for (std::size_t i = 0; i < header_size; ++i) data[i] = static_cast<std::uint8_t>(data[i] | plan.header[i]);
  png::BitWriter writer;
  writer.out = data + bits / 8;
  writer.put(*writer.out & ((1U << bits % 8) - 1), static_cast<unsigned>(bits % 8));
  writer.put(plan.codes[kEndOfBlock], plan.lengths[kEndOfBlock]);
  writer.align_to_byte();
  png::store_big_endian(writer.out, checksum);
  std::vector<std::uint8_t> file;
  png::append_header(file, format.header);
  png::append_chunk(file, "IDAT", chunk.data(), static_cast<std::size_t>(writer.out + 4 - data));
  png::append_end(file);
  const at::Tensor bytes = at::empty({static_cast<std::int64_t>(file.size())}, at::kByte);
  std::memcpy(bytes.data_ptr(), file.data(), file.size());
  return bytes;
}

/// rows: uint8 [N,H,R].
std::vector<at::Tensor> encode_batch(const at::Tensor& rows, const Format& format) {
  at::Tensor bordered = with_border(rows, format.pixel);
  const std::vector<Plan> plans = make_plans(take_sample(bordered, format));
  bordered = in_order(bordered, plans);
  const at::Tensor streams = filtered_streams(bordered, plans, format);
  bordered.reset();
  const at::Tensor sums = adler_sums(streams, format.size());
  const PackedStreams on_device = packed(streams, plans);
  const at::Tensor ends = at::cat({sums, on_device.first_word.unsqueeze(1), on_device.bits.unsqueeze(1)}, 1).cpu();
  const auto end_of = [&](std::size_t i) { return ends.data_ptr<std::int64_t>() + 4 * i; };
  const std::int64_t* const last = end_of(plans.size() - 1);
  const std::int64_t used = last[2] + (plans.back().header_bits + last[3] + 63) / 64;
  const at::Tensor words = on_device.words.narrow(0, 0, used).cpu();
  std::vector<at::Tensor> files(plans.size());
  for (std::size_t i = 0; i < plans.size(); ++i) {
    const std::int64_t* const end = end_of(i);
    files[static_cast<std::size_t>(plans[i].image)] =
        file_of(plans[i], format, words.data_ptr<std::int64_t>() + end[2], end[3], adler32(end, format.size()));
  }
  return files;
}

Format checked_format(const at::Tensor& pixels) {
  TORCH_CHECK_TYPE(pixels.defined() && pixels.layout() == at::kStrided && !pixels.is_meta() &&
                       (pixels.scalar_type() == at::kByte || pixels.scalar_type() == at::kInt),
                   "expected pixels to be a dense tensor of uint8, or of int32 for 16 bits, got ",
                   describe(pixels));
  const bool has_channels = (pixels.dim() == 3 || pixels.dim() == 4) && pixels.numel() > 0;
  const bool sixteen_bit = pixels.scalar_type() == at::kInt;
  TORCH_CHECK_VALUE(
      has_channels && pixels.size(-1) <= (sixteen_bit ? 1 : 4),
      "expected pixels of shape [H,W,C] or [N,H,W,C] with C from 1 to 4, or 1 for int32, and no empty "
      "dimension, got ",
      describe(pixels));
  const std::int64_t height = pixels.size(-3), width = pixels.size(-2), channels = pixels.size(-1);
  TORCH_CHECK_VALUE(height <= kMaxSide && width <= kMaxSide, "expected a height and a width of at most ", kMaxSide,
                    ", got ", describe(pixels));
  const std::int64_t pixel = channels * (sixteen_bit ? 2 : 1);
  TORCH_CHECK_VALUE(height * width * pixel <= kMaxBytes, "expected a picture of at most a gigabyte, got ",
                    describe(pixels));
  return {{width, height, static_cast<int>(channels), sixteen_bit ? 16 : 8}, width * pixel, pixel};
}

/// Bytes as PNG has them: of 16 bits the higher ones first.
at::Tensor bytes_of(const at::Tensor& pixels) {
  if (pixels.scalar_type() == at::kByte) return pixels;
  return at::cat({pixels.bitwise_right_shift(8), pixels}, -1).bitwise_and_(255).to(at::kByte);
}

}  // namespace

std::vector<at::Tensor> encode_png(const at::Tensor& pixels) {
  const Format format = checked_format(pixels);
  const at::Tensor images = pixels.dim() == 4 ? pixels.detach() : pixels.detach().unsqueeze(0);
  const std::int64_t count = images.size(0);
  const std::int64_t most =
      std::max<std::int64_t>(1, kBatchBytes / std::max(format.padded_size(), kBytesOfTables));
  std::vector<at::Tensor> files;
  for (std::int64_t begin = 0; begin < count; begin += most) {
    const std::int64_t size = std::min(most, count - begin);
    const at::Tensor rows =
        bytes_of(images.narrow(0, begin, size)).reshape({size, format.header.height, format.row});
    for (at::Tensor& file : encode_batch(rows, format)) files.push_back(std::move(file));
  }
  return files;
}

}  // namespace sconce::ops
