#include "store/transaction_log.h"

#include <zlib.h>

#include <algorithm>

#include <protozero/pbf_writer.hpp>

#include "store/buffer.h"

namespace sconce::store {
namespace {

constexpr std::string_view kHeader("\x3a\x57\x26\x42\xe1\xbe\x00", 7);  ///< ":W&B", a magic number, version 0
constexpr std::size_t kBlock = 32768;
constexpr std::size_t kChunkHeader = 7;
constexpr protozero::pbf_tag_type kNumber = 1;

enum ChunkType : std::uint8_t { kFull = 1, kFirst = 2, kMiddle = 3, kLast = 4 };

void append_little_endian(std::string& out, std::uint32_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) {
    out += static_cast<char>(value >> 8 * i);
  }
}

void append_chunk(std::string& out, ChunkType type, std::string_view payload) {
  const auto* const bytes = reinterpret_cast<const Bytef*>(payload.data());
  const auto code = static_cast<Bytef>(type);
  const uLong sum = ::crc32(::crc32(0, &code, 1), bytes, static_cast<uInt>(payload.size()));
  append_little_endian(out, static_cast<std::uint32_t>(sum), 4);
  append_little_endian(out, static_cast<std::uint32_t>(payload.size()), 2);
  out += static_cast<char>(type);
  out += payload;
}

/// Cuts the record into chunks that cross no end of a block. out begins at `offset` of the file.
void append_record(std::string& out, std::size_t offset, std::string_view record) {
  const auto room = [&] { return kBlock - (offset + out.size()) % kBlock; };
  if (room() < kChunkHeader) {
    out.append(room(), '\0');
  }
  for (bool is_first = true;; is_first = false) {
    const std::size_t part = std::min(record.size(), room() - kChunkHeader);
    const bool is_last = part == record.size();
    append_chunk(out, is_first ? (is_last ? kFull : kFirst) : (is_last ? kLast : kMiddle), record.substr(0, part));
    if (is_last) {
      return;
    }
    record.remove_prefix(part);
  }
}

}  // namespace

void RecordBatch::add(std::string_view record) {
  bytes_ += record;
  ends_.push_back(bytes_.size());
}

void RecordBatch::clear() {
  clear_buffer(bytes_);
  ends_.clear();
}

std::string_view RecordBatch::operator[](std::size_t i) const {
  const std::size_t begin = i == 0 ? 0 : ends_[i - 1];
  return std::string_view(bytes_).substr(begin, ends_[i] - begin);
}

TransactionLog::TransactionLog(const std::filesystem::path& path) : file_(path) { file_.append(kHeader); }

void TransactionLog::append(const RecordBatch& batch) {
  const auto offset = static_cast<std::size_t>(file_.size());
  clear_buffer(framed_);
  std::string numbered;
  for (std::size_t i = 0; i < batch.size(); ++i) {
    numbered.clear();
    protozero::pbf_writer(numbered).add_int64(kNumber, count_ + static_cast<std::int64_t>(i) + 1);
    numbered += batch[i];
    append_record(framed_, offset, numbered);
  }
  file_.append(framed_);
  count_ += static_cast<std::int64_t>(batch.size());
}

bool TransactionLog::reopen() {
  file_.reopen();
  if (file_.size() == 0) {
    file_.append(kHeader);
    count_ = 0;
  }
  return count_ == 0;
}

}  // namespace sconce::store
