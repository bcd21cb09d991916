// One run for each rank, in a common group.

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "distributed/ranks.h"
#include "sconce/sconce.h"
#include "support/run_reader.h"
#include "support/wandb_log.h"

namespace sconce {
namespace {

using nlohmann::ordered_json;
using test::Gloo;
using test::Ranks;

TEST(RanksOfAGroup, EachHaveAWholeRun) {
  const test::TemporaryFolder folder;
  Ranks ranks(3, [&](int rank, Gloo&) {
    sconce::Run run(RunOptions("test")
                        .dir(folder.path())
                        .group("night")
                        .job_type("rank")
                        .name("rank " + std::to_string(rank)));
    for (int step = 0; step < 20; ++step) {
      run.log({{"rank", rank}, {"view", Image(at::full({3, 8 + rank, 8}, 40 * rank, at::kByte))}});
    }
    run.finish();
  });
  ASSERT_EQ(ranks.end(), std::vector<std::string>(3, "exit 0")) << ranks.errors(0);

  std::set<int> seen;
  for (const auto& entry : std::filesystem::directory_iterator(folder.path())) {
    if (entry.is_symlink()) {
      continue;
    }
    const auto rows = test::read_rows(entry.path());
    ASSERT_EQ(rows.size(), 20U);
    const int rank = rows[0].at("rank");
    seen.insert(rank);
    for (const ordered_json& row : rows) {
      EXPECT_TRUE(std::filesystem::exists(entry.path() / "files" / row.at("view").at("path").get<std::string>()));
    }
    const auto metadata = ordered_json::parse(test::read_text(entry.path() / "files" / "wandb-metadata.json"));
    EXPECT_EQ(metadata.at("group"), "night");
    EXPECT_EQ(metadata.at("jobType"), "rank");
    EXPECT_EQ(metadata.at("name"), "rank " + std::to_string(rank));
    EXPECT_EQ(test::logged_rows(test::read_run_log(entry.path())), rows) << "the log is whole, too";
  }
  EXPECT_EQ(seen, (std::set<int>{0, 1, 2}));
}

}  // namespace
}  // namespace sconce
