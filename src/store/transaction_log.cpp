#include "store/transaction_log.h"

#include <algorithm>

#include <protozero/pbf_writer.hpp>

#include "store/buffer.h"
#include "store/log_format.h"
#include "store/wandb_fields.h"

namespace sconce::store {
namespace {

using log_format::Chunk;
using log_format::kBlock;
using log_format::kChunkHeader;

constexpr protozero::pbf_tag_type kNumber = static_cast<protozero::pbf_tag_type>(wandb_fields::Record::Number);

void append_little_endian(std::string& out, std::uint32_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) {
    out += static_cast<char>(value >> 8 * i);
  }
}

void append_chunk(std::string& out, Chunk type, std::string_view payload) {
  append_little_endian(out, log_format::checksum(type, payload), 4);
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
    const Chunk whole_or_part = is_last ? Chunk::Full : Chunk::First;
    append_chunk(out, is_first ? whole_or_part : is_last ? Chunk::Last : Chunk::Middle, record.substr(0, part));
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

TransactionLog::TransactionLog(const std::filesystem::path& path) : file_(path) {
  file_.append(log_format::kHeader);
}

TransactionLog::TransactionLog(const std::filesystem::path& path, const LogEnd& end)
    : file_(path, end.size), count_(end.count) {}

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
    file_.append(log_format::kHeader);
    count_ = 0;
  }
  return count_ == 0;
}

}  // namespace sconce::store
