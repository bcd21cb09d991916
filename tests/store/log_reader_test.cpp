#include "store/log_reader.h"

#include <gtest/gtest.h>

#include <fstream>
#include <string>
#include <vector>

#include "store/transaction_log.h"
#include "store/wandb_records.h"
#include "support/file_fixture.h"

namespace sconce::store {
namespace {

class LogReaderTest : public test::FileTest {
 protected:
  /// A log of records that are this long.
  void write(const std::vector<std::size_t>& sizes) const {
    std::filesystem::remove(in_folder("log"));
    TransactionLog log(in_folder("log"));
    RecordBatch batch;
    for (const std::size_t size : sizes) {
      batch.add(record(size));
    }
    log.append(batch);
  }
  static std::string record(std::size_t size) { return alert_record("t", std::string(size, 'x'), "INFO", 0); }
  /// How many records are read, each whole.
  std::size_t count(const std::vector<std::size_t>& sizes) const {
    LogReader reader(in_folder("log"));
    std::size_t found = 0;
    while (reader.next()) {
      const std::string_view read = reader.record();
      const std::string wanted = found < sizes.size() ? record(sizes[found]) : "more than there were";
      EXPECT_EQ(read.substr(read.size() - wanted.size()), wanted);
      ++found;
    }
    end_ = reader.end();
    return found;
  }
  mutable std::int64_t end_ = 0;
};

TEST_F(LogReaderTest, ReadsRecordsOverTheEndsOfBlocks) {
  for (std::size_t first = 32700; first < 32770; ++first) {
    SCOPED_TRACE(first);
    const std::vector<std::size_t> sizes{first, 10, 100'000, 10};
    write(sizes);
    ASSERT_EQ(count(sizes), sizes.size());
    EXPECT_EQ(end_, static_cast<std::int64_t>(std::filesystem::file_size(in_folder("log"))));
  }
}

TEST_F(LogReaderTest, EndsBeforeARecordThatIsCut) {
  const std::vector<std::size_t> sizes{10, 40'000, 10};
  write({10, 40'000});
  const auto two = static_cast<std::int64_t>(std::filesystem::file_size(in_folder("log")));
  write(sizes);
  const auto all = static_cast<std::int64_t>(std::filesystem::file_size(in_folder("log")));
  for (std::int64_t size = all - 1; size >= two; --size) {
    std::filesystem::resize_file(in_folder("log"), static_cast<std::uintmax_t>(size));
    ASSERT_EQ(count(sizes), 2U) << size;
    EXPECT_EQ(end_, two);
  }
  std::filesystem::resize_file(in_folder("log"), static_cast<std::uintmax_t>(two - 1));
  EXPECT_EQ(count(sizes), 1U);
}

TEST_F(LogReaderTest, EndsBeforeARecordThatIsBroken) {
  const std::vector<std::size_t> sizes{10, 20, 30};
  write(sizes);
  std::fstream file(in_folder("log"), std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(-35, std::ios::end);
  file.put('\x7f');
  file.close();
  EXPECT_LT(count(sizes), 3U);
}

TEST_F(LogReaderTest, FindsNothingInWhatIsNoLog) {
  for (const char* const text : {"", ":W&B", "something else that is long enough"}) {
    std::ofstream(in_folder("log")) << text;
    EXPECT_EQ(count({}), 0U);
    EXPECT_EQ(end_, 0);
  }
}

}  // namespace
}  // namespace sconce::store
