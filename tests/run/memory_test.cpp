// What waits is bounded by max_pending_bytes, whatever it is, and nothing stays of what is written.

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <functional>
#include <map>
#include <ostream>
#include <string>
#include <vector>

#include "sconce/sconce.h"
#include "support/file_size_limit.h"
#include "support/memory_use.h"
#include "support/run_reader.h"

namespace sconce {
namespace {

constexpr std::int64_t kMiB = std::int64_t{1} << 20;

/// Logs the i-th value of its kind.
struct Kind {
  const char* name;
  std::function<void(sconce::Run& run, int i)> log;
};

void PrintTo(const Kind& kind, std::ostream* out) { *out << kind.name; }

at::Tensor pixels(int i) { return at::full({8, 8, 3}, i % 256, at::kByte); }

Classes many_classes() {
  std::map<std::int64_t, std::string> names;
  for (std::int64_t id = 0; id < 200; ++id) {
    names[id] = "a class with a name that has an address, " + std::to_string(id);
  }
  return Classes(names);
}

std::vector<Kind> kinds() {
  const at::Tensor labels = at::zeros({8, 8}, at::kLong);
  const at::Tensor corners = at::tensor({0., 0., 1., 1.}).expand({20, 4}).contiguous();
  return {
      {"a number", [](sconce::Run& run, int i) { run.log("loss", i); }},
      {"ten numbers",
       [](sconce::Run& run, int i) {
         Row row;
         for (int k = 0; k < 10; ++k) {
           row.set("k" + std::to_string(k), i);
         }
         run.log(std::move(row));
       }},
      {"long keys", [](sconce::Run& run, int i) { run.log(std::string(300, 'k'), i); }},
      {"cells of an open row",
       [](sconce::Run& run, int i) { run.log(std::string(2000, 'k') + std::to_string(i), i, 7); }},
      {"texts", [](sconce::Run& run, int) { run.log("text", std::string(100, 'x')); }},
      {"texts of a megabyte", [](sconce::Run& run, int) { run.log("text", std::string(1 << 20, 'x')); }},
      {"rows within rows",
       [](sconce::Run& run, int i) {
         run.log("outer", Row{{"inner", Row{{"x", i}, {"y", "a text that is long"}}}});
       }},
      {"histograms", [](sconce::Run& run, int) { run.log("h", Histogram(at::arange(10), 512)); }},
      {"images", [](sconce::Run& run, int i) { run.log("img", Image(pixels(i))); }},
      {"large images",
       [](sconce::Run& run, int) {
         run.log("img", Image(at::zeros({256, 256, 3}, at::kByte)));
       }},
      {"lists of images",
       [](sconce::Run& run, int i) {
         run.log("list", std::vector<Image>{Image(pixels(i)), Image(pixels(i + 1))});
       }},
      {"pieces of a batch",
       [](sconce::Run& run, int) {
         run.log("img", Image::batch(at::zeros({50, 3, 16, 16}, at::kByte)).at(0));
       }},
      {"captions",
       [](sconce::Run& run, int i) {
         run.log("img", Image(pixels(i), ImageOptions().caption(std::string(5000, 'c'))));
       }},
      {"masks with their classes",
       [labels](sconce::Run& run, int i) {
         run.log("img", Image(pixels(i), ImageOptions().masks({{"truth", Mask(labels, many_classes())}})));
       }},
      {"boxes with captions",
       [corners](sconce::Run& run, int i) {
         const Boxes boxes(corners, BoxesOptions().captions(std::vector<std::string>(20, std::string(2000, 'b'))));
         run.log("img", Image(pixels(i), ImageOptions().boxes({{"truth", boxes}})));
       }},
  };
}

class MemoryOf : public testing::TestWithParam<Kind> {};

/// On a disk that refuses everything nothing drains and log() gives up what does not fit: then all that is
/// allocated is what waits.
TEST_P(MemoryOf, WaitingValuesIsBounded) {
  const std::int64_t before = test::allocated_bytes();
  if (before < 0) {
    GTEST_SKIP() << "malloc does not tell what it handed out";
  }
  constexpr std::int64_t kBound = 16 * kMiB;
  const test::TemporaryFolder folder;
  std::atomic<std::int64_t> losses{0};
  sconce::Run run(
      RunOptions("test").dir(folder.path()).max_pending_bytes(kBound).on_error([&](const std::exception& error) {
        losses += std::string(error.what()).find("is lost") != std::string::npos ? 1 : 0;
      }));
  std::int64_t taken = 0;
  {
    const test::FileSizeLimit full_disk(0);
    run.log("first", 1);
    EXPECT_ANY_THROW(run.flush());
    for (int i = 0; losses == 0 && i < 1'000'000; ++i) {
      GetParam().log(run, i);
    }
    EXPECT_GT(losses, 0);
    for (int i = 0; i < 100; ++i) {
      GetParam().log(run, i);
    }
    taken = test::allocated_bytes() - before;
  }
  EXPECT_LT(taken, kBound + kBound / 4 + kMiB) << "bytes were not counted";
  EXPECT_GT(taken, kBound / 4) << "bytes were counted that are not there";
  EXPECT_ANY_THROW(run.finish()) << "what was lost";
}

INSTANTIATE_TEST_SUITE_P(All, MemoryOf, testing::ValuesIn(kinds()), [](const testing::TestParamInfo<Kind>& kind) {
  std::string name = kind.param.name;
  std::replace(name.begin(), name.end(), ' ', '_');
  return name;
});

class Memory : public testing::Test {
 protected:
  /// Logs and returns how much more memory the program takes after all calls than after a tenth of them.
  std::int64_t growth(int calls, const std::function<void(sconce::Run& run, int i)>& log) {
    sconce::Run run(RunOptions("test").dir(folder_.path()).max_pending_bytes(4 * kMiB));
    std::int64_t before = 0;
    for (int i = 0; i < calls; ++i) {
      if (i == calls / 10) {
        run.flush();
        before = test::resident_bytes();
      }
      log(run, i);
    }
    const std::int64_t after = test::resident_bytes();
    run.finish();
    return after - before;
  }
  void SetUp() override {
    if (test::resident_bytes() < 0 || test::allocated_bytes() < 0) {
      GTEST_SKIP() << "the system does not tell, or a sanitizer keeps what is freed";
    }
  }
  test::TemporaryFolder folder_;
};

TEST_F(Memory, IsGivenBackByALargeRow) {
  sconce::Run run(RunOptions("test").dir(folder_.path()));
  run.log("text", "small");
  run.flush();
  const std::int64_t before = test::allocated_bytes();
  run.log("text", std::string(9 * kMiB, 'x'));
  run.flush();
  run.log("text", "small");
  run.flush();
  EXPECT_LT(test::allocated_bytes() - before, 4 * kMiB);
}

TEST_F(Memory, IsFlatOverAMillionRows) {
  const auto log = [](sconce::Run& run, int i) {
    run.log(
        {{"loss", 0.1 * i}, {"accuracy", i}, {"train/learning_rate", 1e-3}, {"phase", "a phase of the training"}});
  };
  EXPECT_LT(growth(1'000'000, log), 12 * kMiB);
}

TEST_F(Memory, IsFlatOverAHundredThousandImages) {
  // Equal images of a row are one file, so that the disk has an easier time than memory.
  const auto log = [](sconce::Run& run, int i) {
    std::vector<Image> images;
    for (int k = 0; k < 50; ++k) {
      images.emplace_back(pixels(i + k % 2));
    }
    run.log("images", std::move(images));
  };
  EXPECT_LT(growth(2000, log), 12 * kMiB);
}

}  // namespace
}  // namespace sconce
