#include "store/run_directory.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cerrno>
#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>
#include <thread>

#include "store/layout.h"
#include "store/sha256.h"
#include "support/file_size_limit.h"
#include "support/run_reader.h"

namespace sconce::store {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;
using test::read_text;

class RunDirectoryTest : public testing::Test {
 protected:
  RunDescription description(const std::string& id) const {
    RunDescription run;
    run.dir = folder_.path() / "wandb";
    run.id = id;
    run.start = 1'700'000'000;
    run.config = {{"lr", 0.5}};
    return run;
  }
  static StoredFile store(const RunDirectory& run, const std::string& bytes, const char* key = "img",
                          std::int64_t step = 0) {
    return run.store_media(kImageFolder, key, step, bytes.data(), bytes.size(),
                           sha256_hex(bytes.data(), bytes.size()), ".png");
  }
  static void append(RunDirectory& run, const char* lines) {
    Batch batch;
    batch.lines = lines;
    run.append(batch);
  }
  static RecordBatch publish(RunDirectory& run, const StoredImage& image) {
    RecordBatch records;
    run.publish("img", image, records);
    run.write_changed_config();
    return records;
  }
  static RowWriter row(const char* key, double value) {
    RowWriter row;
    row.begin();
    row.key(key);
    row.number(value);
    return row;
  }
  static StoredImage with_mask(ClassNames names) {
    StoredImage image;
    image.masks = {{"truth", {}, std::move(names)}};
    return image;
  }
  /// A file that is replaced is another inode.
  static ino_t inode(const fs::path& file) {
    struct stat status {};
    EXPECT_EQ(::stat(file.c_str(), &status), 0) << file;
    return status.st_ino;
  }

  test::TemporaryFolder folder_;
};

TEST_F(RunDirectoryTest, HasItsFirstFilesAtOnce) {
  const RunDirectory run(description("abc"));
  EXPECT_TRUE(run.path().is_absolute());
  EXPECT_EQ(run.path().parent_path(), folder_.path() / "wandb");
  EXPECT_EQ(run.path().filename(), run_directory_name(1'700'000'000, "abc"));
  EXPECT_EQ(read_text(run.path() / kHistoryFile), "");
  EXPECT_EQ(test::read_config(run.path()), (ordered_json{{"lr", 0.5}, {"_wandb", ordered_json::object()}}));
  EXPECT_EQ(ordered_json::parse(read_text(run.path() / kMetadataFile))["state"], "running");
}

TEST_F(RunDirectoryTest, HasFilesBesideTheRowsWhenThereIsSomethingInThem) {
  RunDirectory run(description("abc"));
  append(run, "{}\n");
  EXPECT_FALSE(fs::exists(run.path() / kEventsFile));
  EXPECT_FALSE(fs::exists(run.path() / kOutputFile));
  Batch batch;
  batch.add_metrics(1'700'000'001.5, 1.25, {{"cpu", 50}, {"disk./.usageGB", std::nan("")}});
  batch.add_output(OutputStream::Stdout, 1'700'000'002, "text\n");
  run.append(batch);
  EXPECT_TRUE(batch.empty());
  EXPECT_EQ(read_text(run.path() / kEventsFile),
            R"({"_wandb":true,"_timestamp":1700000001.5,"_runtime":1.25,"system.cpu":50.0,)"
            R"("system.disk./.usageGB":"NaN"})"
            "\n");
  EXPECT_EQ(read_text(run.path() / kOutputFile), "text\n");
}

TEST_F(RunDirectoryTest, MakesFilesBesideTheRowsAgain) {
  RunDirectory run(description("abc"));
  for (const char* text : {"one\n", "two\n"}) {
    Batch batch;
    batch.add_metrics(0, 0, {{"cpu", 1}});
    batch.add_output(OutputStream::Stdout, 0, text);
    run.append(batch);
    if (std::string(text) == "one\n") {
      fs::remove(run.path() / kEventsFile);
      fs::remove_all(run.path() / "files");
    }
  }
  EXPECT_EQ(read_text(run.path() / kOutputFile), "two\n");
  EXPECT_TRUE(fs::exists(run.path() / kEventsFile));
}

TEST_F(RunDirectoryTest, IsWhatLatestRunPointsAt) {
  const RunDirectory first(description("first"));
  const fs::path link = folder_.path() / "wandb/latest-run";
  EXPECT_TRUE(fs::equivalent(link, first.path()));
  const RunDirectory second(description("second"));
  EXPECT_TRUE(fs::equivalent(link, second.path()));
  EXPECT_EQ(fs::read_symlink(link), second.path().filename()) << "relative: the folder may move";
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_.path() / "wandb"), fs::directory_iterator()), 3);
}

TEST_F(RunDirectoryTest, IsMadeEvenIfLatestRunCannotBe) {
  fs::create_directories(folder_.path() / "wandb/latest-run/in the way");
  const RunDirectory run(description("abc"));
  EXPECT_TRUE(fs::exists(run.path() / kConfigFile));
  EXPECT_TRUE(fs::is_directory(fs::symlink_status(folder_.path() / "wandb/latest-run")));
}

TEST_F(RunDirectoryTest, MustBeNew) {
  RunDirectory first(description("abc"));
  append(first, "{}\n");
  try {
    const RunDirectory second(description("abc"));
    FAIL() << "nothing was thrown";
  } catch (const fs::filesystem_error& error) {
    EXPECT_EQ(error.code().value(), EEXIST);
    EXPECT_EQ(error.path1(), first.path());
  }
  EXPECT_EQ(read_text(first.path() / kHistoryFile), "{}\n");
}

TEST_F(RunDirectoryTest, CannotBeMadeBelowAFile) {
  std::ofstream(folder_.path() / "file") << "in the way";
  RunDescription below = description("abc");
  below.dir = folder_.path() / "file";
  EXPECT_THROW(RunDirectory{below}, fs::filesystem_error);
  below.dir = folder_.path() / "file/wandb";
  EXPECT_THROW(RunDirectory{below}, fs::filesystem_error);
  EXPECT_EQ(read_text(folder_.path() / "file"), "in the way");
}

TEST_F(RunDirectoryTest, TakesRelativeFolders) {
  const fs::path before = fs::current_path();
  fs::current_path(folder_.path());
  RunDescription relative = description("abc");
  relative.dir = "./runs/../runs";
  const RunDirectory run(relative);
  fs::current_path(before);
  EXPECT_EQ(run.path().parent_path(), folder_.path() / "runs");
  EXPECT_EQ(store(run, "bytes").size, 5U) << "the program may change its folder";
}

TEST_F(RunDirectoryTest, StoresMediaUnderKeyStepAndHash) {
  const RunDirectory run(description("abc"));
  const StoredFile file = store(run, "bytes", "val/img", 7);
  EXPECT_EQ(file.sha256, sha256_hex("bytes", 5));
  EXPECT_EQ(file.path, "media/images/val/img_7_" + file.sha256.substr(0, 20) + ".png");
  EXPECT_EQ(file.size, 5U);
  EXPECT_EQ(read_text(run.path() / "files" / file.path), "bytes");
}

TEST_F(RunDirectoryTest, WritesEqualContentOnce) {
  const RunDirectory run(description("abc"));
  const StoredFile first = store(run, "bytes");
  const ino_t written = inode(run.path() / "files" / first.path);
  EXPECT_EQ(store(run, "bytes").path, first.path);
  EXPECT_EQ(inode(run.path() / "files" / first.path), written);
  EXPECT_NE(store(run, "others").path, first.path);
  EXPECT_NE(store(run, "bytes", "img", 1).path, first.path);
  EXPECT_EQ(test::media_files(run.path()).size(), 3U);
}

TEST_F(RunDirectoryTest, RepairsAFileThatIsCut) {
  const RunDirectory run(description("abc"));
  const fs::path file = run.path() / "files" / store(run, "bytes").path;
  fs::resize_file(file, 2);
  store(run, "bytes");
  EXPECT_EQ(read_text(file), "bytes");
}

TEST_F(RunDirectoryTest, StoresMediaOfManyThreads) {
  const RunDirectory run(description("abc"));
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&run] {
      for (int i = 0; i < 50; ++i) {
        store(run, "content " + std::to_string(i), "deep/er/img", i);
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  EXPECT_EQ(test::media_files(run.path()).size(), 50U);
  EXPECT_TRUE(fs::is_empty(run.path() / kScratchFolder));
}

TEST_F(RunDirectoryTest, PublishesClassNamesOnChangeOnly) {
  RunDirectory run(description("abc"));
  const fs::path config = run.path() / kConfigFile;
  const ino_t before = inode(config);
  publish(run, StoredImage());
  EXPECT_EQ(inode(config), before) << "no layers";
  publish(run, with_mask({{0, "sky"}, {1, "road"}}));
  const std::string text = read_text(config);
  EXPECT_NE(text.find("sky"), std::string::npos);
  const auto written = fs::last_write_time(config);
  const ino_t published = inode(config);
  publish(run, with_mask({{0, "sky"}, {1, "road"}}));
  publish(run, with_mask({{1, "road"}}));
  EXPECT_EQ(inode(config), published);
  EXPECT_EQ(fs::last_write_time(config), written);
  EXPECT_EQ(read_text(config), text);
  publish(run, with_mask({{2, "car"}}));
  EXPECT_NE(read_text(config), text);
}

TEST_F(RunDirectoryTest, WritesALargeConfigWithTheSummary) {
  RunDirectory run(description("abc"));
  publish(run, with_mask({{0, std::string(100'000, 'x')}}));
  const fs::path config = run.path() / kConfigFile;
  const ino_t large = inode(config);
  publish(run, with_mask({{1, "road"}}));
  EXPECT_EQ(inode(config), large);
  run.write_summary(1);
  EXPECT_NE(read_text(config).find("road"), std::string::npos);
}

TEST_F(RunDirectoryTest, PublishesNamesOfMasksAndBoxes) {
  RunDirectory run(description("abc"));
  StoredImage image = with_mask({{0, "sky"}});
  image.boxes = {{"cars", {}, {{1, "car"}}}};
  publish(run, image);
  const ordered_json wandb = test::read_config(run.path())["_wandb"];
  EXPECT_EQ(wandb["mask/class_labels"]["img_wandb_delimeter_truth"]["value"]["0"], "sky");
  EXPECT_EQ(wandb["bounding_box/class_labels"]["img_wandb_delimeter_cars"]["value"]["1"], "car");
}

TEST_F(RunDirectoryTest, TriesAgainWhatAFullDiskRefused) {
  RunDirectory run(description("abc"));
  {
    const test::FileSizeLimit disk(3);
    EXPECT_THROW(store(run, "bytes"), fs::filesystem_error);
    EXPECT_THROW(append(run, "{\"a\":1}\n"), fs::filesystem_error);
    EXPECT_THROW(publish(run, with_mask({{0, "sky"}})), fs::filesystem_error);
    EXPECT_THROW(run.write_summary(1), fs::filesystem_error);
  }
  EXPECT_TRUE(test::media_files(run.path()).empty());
  EXPECT_EQ(read_text(run.path() / kHistoryFile), "");
  EXPECT_TRUE(run.summary().changed());
  EXPECT_TRUE(fs::is_empty(run.path() / kScratchFolder));
  EXPECT_EQ(read_text(run.path() / "files" / store(run, "bytes").path), "bytes");
  append(run, "{\"a\":1}\n");
  publish(run, with_mask({{0, "sky"}}));
  EXPECT_EQ(test::read_rows(run.path()).size(), 1U);
  EXPECT_NE(read_text(run.path() / kConfigFile).find("sky"), std::string::npos) << "the names were not forgotten";
}

TEST_F(RunDirectoryTest, WritesTheSummary) {
  RunDirectory run(description("abc"));
  run.summary().set(row("acc", 0.75));
  run.write_summary(12);
  EXPECT_EQ(read_text(run.path() / kSummaryFile), R"({"acc":0.75,"_wandb":{"runtime":12}})");
  EXPECT_FALSE(run.summary().changed());
}

TEST_F(RunDirectoryTest, IsSealedByClose) {
  RunDirectory run(description("abc"));
  append(run, "{\"a\":1}\n");
  run.close(3, 60);
  EXPECT_FALSE(fs::exists(run.path() / kScratchFolder));
  EXPECT_EQ(test::read_summary(run.path()), (ordered_json{{"_wandb", {{"runtime", 60}}}}));
  const ordered_json metadata = ordered_json::parse(read_text(run.path() / kMetadataFile));
  EXPECT_EQ(metadata["state"], "failed");
  EXPECT_EQ(metadata["exitcode"], 3);
  EXPECT_EQ(test::read_rows(run.path()).size(), 1U);
  EXPECT_THROW(append(run, "{}\n"), fs::filesystem_error);
}

}  // namespace
}  // namespace sconce::store
