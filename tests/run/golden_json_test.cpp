#include <c10/util/Exception.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <set>
#include <string>

#include "run/golden_json.h"
#include "support/run_reader.h"

namespace sconce::test {
namespace {

bool has_error(const Head& head) { return head.contains("error"); }

/// True if the call was refused in one of the ways that the headers name.
bool is_refused(const JsonCase& json_case, Run& run) {
  try {
    json_case.log(run);
  } catch (const c10::ValueError&) {
    return true;
  } catch (const c10::TypeError&) {
    return true;
  } catch (const std::filesystem::filesystem_error&) {
    return true;
  }
  return false;
}

void expect_logged(const JsonCase& json_case, const Head& head) {
  const TemporaryFolder folder;
  Run run(RunOptions().dir(folder.path()));
  json_case.log(run);
  run.finish();
  expect_result(run.dir(), head);
}

void expect_refused(const JsonCase& json_case) {
  const TemporaryFolder folder;
  Run run(RunOptions().dir(folder.path()));
  EXPECT_TRUE(is_refused(json_case, run));
  run.finish();
  expect_nothing(run.dir());
}

TEST(GoldenJson, EqualsTodaysWandb) {
  for (const JsonCase& json_case : same_cases()) {
    SCOPED_TRACE(json_case.name);
    const Head head = head_of(json_case.name);
    EXPECT_FALSE(has_error(head));
    expect_logged(json_case, head);
  }
}

TEST(GoldenJson, DiffersFromWandbJustAsItMeansTo) {
  for (const JsonCase& json_case : different_cases()) {
    SCOPED_TRACE(std::string(json_case.name) + ": " + json_case.reason);
    const Head head = head_of(json_case.name);
    Head amended = head;
    json_case.amend(amended);
    EXPECT_NE(amended, head) << "listed as a difference and is none";
    expect_logged(json_case, amended);
  }
}

TEST(GoldenJson, RefusesWhatWandbRefusesAndWritesNothing) {
  for (const JsonCase& json_case : refused_cases()) {
    SCOPED_TRACE(json_case.name);
    EXPECT_TRUE(has_error(head_of(json_case.name)));
    expect_refused(json_case);
  }
}

TEST(GoldenJson, RefusesWhatWandbShouldHaveRefused) {
  for (const JsonCase& json_case : stricter_cases()) {
    SCOPED_TRACE(std::string(json_case.name) + ": " + json_case.reason);
    EXPECT_FALSE(has_error(head_of(json_case.name)));
    expect_refused(json_case);
  }
}

TEST(GoldenJson, KnowsEveryCase) {
  std::set<std::string> known;
  for (const auto* cases :
       {&same_cases(), &different_cases(), &refused_cases(), &stricter_cases(), &impossible_cases()}) {
    std::set<std::string> names;
    for (const JsonCase& json_case : *cases) {
      names.insert(json_case.name);
    }
    for (const std::string& name : names) {
      EXPECT_TRUE(known.insert(name).second) << name << " is in two lists";
    }
  }
  for (const JsonCase& json_case : impossible_cases()) {
    EXPECT_STRNE(json_case.reason, "") << json_case.name;
  }
  const std::vector<std::string> names = case_names();
  EXPECT_EQ(known, std::set<std::string>(names.begin(), names.end()));
}

}  // namespace
}  // namespace sconce::test
