#include "store/transaction_log.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "store/wandb_records.h"
#include "support/file_fixture.h"
#include "support/file_size_limit.h"
#include "support/wandb_log.h"

namespace sconce::store {
namespace {

using test::error_of;
using test::read_text;
using test::read_wandb_log;

class TransactionLogTest : public test::FileTest {
 protected:
  std::vector<test::WandbRecord> records() const { return read_wandb_log(read_text(in_folder("log"))); }
  static RecordBatch batch(const std::vector<std::string>& records) {
    RecordBatch batch;
    for (const std::string& record : records) {
      batch.add(record);
    }
    return batch;
  }
  /// Of a size that is told, with what the log adds.
  static std::string record_of_size(std::size_t size) {
    constexpr std::size_t kAdded = 2;  // the number
    std::string path = std::string(size - kAdded - 20, 'x');
    std::string record = file_record(path, FileKind::Other);
    path.append(size - kAdded - record.size(), 'x');
    record = file_record(path, FileKind::Other);
    EXPECT_EQ(record.size() + kAdded, size);
    return record;
  }
};

TEST_F(TransactionLogTest, HasTheBytesOfTheRealWriter) {
  TransactionLog log(in_folder("log"));
  EXPECT_EQ(read_text(in_folder("log")), std::string(":W&B\xe1\xbe\0", 7));
  log.append(batch({final_record()}));
  EXPECT_EQ(read_text(in_folder("log")).substr(7),
            std::string("\xed\xe6\xb5\x31\x05\x00\x01\x08\x01\xa2\x01\x00", 12));
}

TEST_F(TransactionLogTest, CountsItsRecords) {
  TransactionLog log(in_folder("log"));
  log.append(batch({final_record(), footer_record()}));
  log.append(batch({}));
  log.append(batch({final_record()}));
  ASSERT_EQ(records().size(), 3U);
  EXPECT_EQ(records()[1].number, 2);
  EXPECT_EQ(records()[2].number, 3);
}

TEST_F(TransactionLogTest, KeepsRecordsAtEveryEndOfABlock) {
  for (std::size_t left = 0; left <= 20; ++left) {
    std::filesystem::remove(in_folder("log"));
    TransactionLog log(in_folder("log"));
    const std::string filling = record_of_size(32768 - 7 - 7 - left);
    log.append(batch({filling, file_record("second", FileKind::Media), record_of_size(100'000)}));
    log.append(batch({file_record("last", FileKind::Media)}));
    const auto files = test::logged_files(records());
    ASSERT_EQ(files.size(), 4U) << left;
    EXPECT_EQ(files[1], "second") << left;
    EXPECT_EQ(files[3], "last") << left;
  }
}

TEST_F(TransactionLogTest, TakesAllOfABatchOrNothing) {
  TransactionLog log(in_folder("log"));
  log.append(batch({final_record()}));
  {
    const test::FileSizeLimit disk(40);
    EXPECT_EQ(error_of([&] { log.append(batch({final_record(), record_of_size(100)})); }), EFBIG);
  }
  EXPECT_EQ(records().size(), 1U);
  log.append(batch({footer_record()}));
  ASSERT_EQ(records().size(), 2U);
  EXPECT_EQ(records()[1].number, 2) << "numbers of what was refused are free";
}

TEST_F(TransactionLogTest, BeginsAnewWhereItWasDeleted) {
  TransactionLog log(in_folder("log"));
  log.append(batch({final_record(), final_record()}));
  std::filesystem::remove(in_folder("log"));
  EXPECT_EQ(error_of([&] { log.append(batch({final_record()})); }), ENOENT);
  EXPECT_TRUE(log.reopen());
  EXPECT_TRUE(log.reopen()) << "its first records could not be written, and are still wanted";
  log.append(batch({footer_record()}));
  ASSERT_EQ(records().size(), 1U);
  EXPECT_EQ(records()[0].number, 1);
}

TEST(WandbRecords, SayWhatTheRunIs) {
  RunDescription run;
  run.id = "abc";
  run.project = "p";
  run.tags = {"one", "two"};
  run.start = 1'700'000'000;
  run.config = {{"lr", 0.5}, {"nested", {{"a", 1}}}};
  const std::string record = run_record(run, run.config);
  EXPECT_NE(record.find("\x0a\x03"
                        "abc"),
            std::string::npos);
  EXPECT_NE(record.find("_wandb"), std::string::npos);
  EXPECT_NE(record.find("{\"a\":1}"), std::string::npos);
}

TEST(WandbRecords, HoldNoByteThatIsNotUtf8) {
  RecordItems items;
  items.add({"k\xff"}, "1");
  std::string record;
  items.history_record(0, record);
  EXPECT_EQ(record.find('\xff'), std::string::npos);
  EXPECT_NE(record.find("k\xef\xbf\xbd"), std::string::npos);
}

}  // namespace
}  // namespace sconce::store
