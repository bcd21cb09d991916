#include "store/log_reader.h"

#include "store/log_format.h"
#include "store/posix.h"

namespace sconce::store {
namespace {

using log_format::Chunk;
using log_format::kBlock;
using log_format::kChunkHeader;

std::uint32_t little_endian(std::string_view bytes) {
  std::uint32_t value = 0;
  for (auto byte = bytes.rbegin(); byte != bytes.rend(); ++byte) {
    value = value << 8 | static_cast<unsigned char>(*byte);
  }
  return value;
}

}  // namespace

LogReader::LogReader(const std::filesystem::path& path) : in_(path, std::ios::binary) {
  if (!in_) {
    fail("cannot open", path);
  }
  if (read(log_format::kHeader.size(), bytes_) && bytes_ == log_format::kHeader) {
    end_ = offset_;
  } else {
    in_.setstate(std::ios::failbit);  // no log, or one of another version: it has no record
  }
}

bool LogReader::read(std::size_t size, std::string& into) {
  into.resize(size);
  in_.read(into.data(), static_cast<std::streamsize>(size));
  offset_ += in_.gcount();
  return in_.good();
}

bool LogReader::next() {
  record_.clear();
  Part part = read_chunk(true);
  while (part == Part::Some) {
    part = read_chunk(false);
  }
  if (part == Part::All) {
    end_ = offset_;
  }
  return part == Part::All;
}

LogReader::Part LogReader::read_chunk(bool is_first) {
  const std::size_t room = kBlock - static_cast<std::size_t>(offset_) % kBlock;
  if (room < kChunkHeader && !read(room, bytes_)) {
    return Part::Nothing;
  }
  if (!read(kChunkHeader, bytes_)) {
    return Part::Nothing;
  }
  const std::uint32_t sum = little_endian(std::string_view(bytes_).substr(0, 4));
  const std::size_t length = little_endian(std::string_view(bytes_).substr(4, 2));
  const auto type = static_cast<Chunk>(bytes_[6]);
  const bool begins = type == Chunk::Full || type == Chunk::First;
  if (begins != is_first || !read(length, bytes_) || log_format::checksum(type, bytes_) != sum) {
    return Part::Nothing;
  }
  record_ += bytes_;
  return type == Chunk::Full || type == Chunk::Last ? Part::All : Part::Some;
}

}  // namespace sconce::store
