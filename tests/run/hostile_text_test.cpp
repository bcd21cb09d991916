// Text from data sets and users: whatever it is, what is written is valid and inside the run.

#include <ATen/ATen.h>
#include <c10/util/Exception.h>
#include <gtest/gtest.h>

#include <fstream>
#include <set>

#include "sconce/sconce.h"
#include "store/json_text.h"
#include "store/sha256.h"
#include "support/hostile_text.h"
#include "support/run_reader.h"
#include "support/sanitizers.h"

namespace sconce {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;
using store::valid_utf8;
using test::HostileText;

/// JSON of which no object has a key twice.
ordered_json strict(const std::string& text) {
  std::vector<std::set<std::string>> keys;
  return ordered_json::parse(text, [&](int, ordered_json::parse_event_t event, const ordered_json& parsed) {
    if (event == ordered_json::parse_event_t::object_start) {
      keys.emplace_back();
    } else if (event == ordered_json::parse_event_t::object_end) {
      keys.pop_back();
    } else if (event == ordered_json::parse_event_t::key) {
      EXPECT_TRUE(keys.back().insert(parsed.get<std::string>()).second) << "twice: " << parsed;
    }
    return true;
  });
}

class HostileTexts : public testing::Test {
 protected:
  RunOptions options() const { return RunOptions("test").dir(folder_.path() / "wandb"); }
  /// Checks the whole run, and that there is nothing else.
  void expect_valid(const sconce::Run& run) const {
    EXPECT_EQ(std::distance(fs::directory_iterator(folder_.path()), fs::directory_iterator()), 1);
    EXPECT_EQ(std::distance(fs::directory_iterator(folder_.path() / "wandb"), fs::directory_iterator()), 2);
    std::istringstream lines(test::read_text(run.dir() / "wandb-history.jsonl"));
    for (std::string line; std::getline(lines, line);) {
      expect_files(run.dir(), strict(line));
    }
    strict(test::read_text(run.dir() / "files/wandb-summary.json"));
    strict(test::read_text(run.dir() / "files/wandb-metadata.json"));
    std::istringstream config(test::read_text(run.dir() / "files/config.yaml"));
    for (std::string line; std::getline(config, line);) {
      std::string flow = "{" + line + "}";
      for (std::size_t mark = flow.find("? \""); mark != std::string::npos; mark = flow.find("? \"", mark)) {
        flow.erase(mark, 2);  // YAML's mark of a long key
      }
      strict(flow);
    }
  }
  /// Every file that a cell names, at whatever depth, is whole and below files/media.
  static void expect_files(const fs::path& run, const ordered_json& json) {
    if (json.is_object() && json.contains("path") && json.contains("sha256")) {
      const auto path = json.at("path").get<std::string>();
      const fs::path file = fs::canonical(run / "files" / path);
      EXPECT_EQ(file.string().rfind(fs::canonical(run / "files/media").string() + "/", 0), 0U) << file;
      const std::string bytes = test::read_text(file);
      EXPECT_EQ(store::sha256_hex(bytes.data(), bytes.size()), json.at("sha256"));
      if (json.at("_type") == "boxes2D") {
        strict(bytes);
      }
    }
    for (const auto& [key, value] : json.items()) {
      if (value.is_structured()) {
        expect_files(run, value);
      }
    }
  }
  static Image image(HostileText& text) {
    const auto ids = at::tensor({0, 1}, at::kLong);
    const Classes classes{text.next(), text.next()};
    return Image(at::zeros({3, 4, 4}),
                 ImageOptions()
                     .caption(text.next())
                     .classes(classes)
                     .masks({{text.next_key() + "1", Mask(at::zeros({4, 4}, at::kLong), {text.next()})},
                             {text.next_key() + "2", Mask(at::ones({4, 4}, at::kLong))}})
                     .boxes({{text.next(),
                              Boxes(at::tensor({0., 0., 1., 1., 0., 0., 2., 2.}).reshape({2, 4}),
                                    BoxesOptions()
                                        .labels(ids)
                                        .captions({text.next(), text.next()})
                                        .scores({{text.next(), at::ones({2})}, {text.next(), at::ones({2})}}))}}));
  }

  test::TemporaryFolder folder_;
};

TEST_F(HostileTexts, EverywhereMakeValidFilesInsideTheRun) {
  HostileText text(5);
  sconce::Run run(
      options()
          .name(text.next())
          .group(text.next())
          .job_type(text.next())
          .notes(text.next())
          .tags({"t" + text.next().substr(0, 60)})
          .config({{text.next_key().substr(0, 80), text.next()}, {"x", Row{{text.next(), text.next()}}}}));
  constexpr int kRounds = 150 / test::kSlowdown;
  for (int i = 0; i < kRounds; ++i) {
    const std::string key = text.next_key();
    const std::string value = text.next();
    run.logger(text.next())
        .log({{key, value},
              {text.next_key(), image(text)},
              {text.next_key(), std::vector<Image>{image(text), image(text)}},
              {text.next_key(), Row{{text.next_key(), value}, {text.next_key(), image(text)}}}});
    run.log(key, value);
    run.summarize("s" + text.next(), text.next());
    if (i % 30 == 0) {
      run.flush();
      ASSERT_EQ(test::read_summary(run.dir()).at(valid_utf8(key)), valid_utf8(value));
    }
  }
  run.finish();
  EXPECT_EQ(test::read_rows(run.dir()).size(), 2U * kRounds);
  expect_valid(run);
}

TEST_F(HostileTexts, ThatClimbStayInTheRun) {
  sconce::Run run(options());
  for (const char* key : {"..", "../../../../../../evil", "/../../../../../../evil", "a/../../../../../../evil",
                          "a/b/../../../../../../../evil", "./.././../../../../evil", "../", "a/.."}) {
    run.log(key, Image(at::zeros({3, 4, 4}), ImageOptions().masks({{key, Mask(at::zeros({4, 4}, at::kLong))}})));
  }
  run.finish();
  EXPECT_EQ(test::read_rows(run.dir()).size(), 8U);
  EXPECT_EQ(test::media_files(run.dir()).size(), 16U);
  expect_valid(run);
}

TEST_F(HostileTexts, OfAMegabyteAreWritten) {
  const std::string large(std::size_t{1} << 20, 'x');
  const std::string deep = [] {
    std::string path;
    for (int i = 0; i < 100'000; ++i) {
      path += "../a/";
    }
    return path;
  }();
  sconce::Run run(options().notes(large));
  for (const std::string& key : {large, deep, "\xff" + large, large + "/" + large}) {
    run.log({{key, Image(at::zeros({3, 4, 4}), ImageOptions().caption(large).masks(
                                                   {{key, Mask(at::zeros({4, 4}, at::kLong), Classes{large})}}))},
             {"text", key}});
  }
  run.finish();
  const auto rows = test::read_rows(run.dir());
  ASSERT_EQ(rows.size(), 4U);
  EXPECT_EQ(rows[0].at(large).at("caption"), large);
  EXPECT_EQ(rows[1].at("text"), deep);
  expect_valid(run);
}

TEST_F(HostileTexts, ThatBecomeTheSameKeyAreOneCell) {
  sconce::Run run(options());
  run.log({{"k\xff", 1}, {"k\xfe", 2}, {"in", Row{{"\xff", 3}, {"\xfe", 4}}}});
  run.finish();
  EXPECT_EQ(test::read_rows(run.dir()).at(0).at("k\xef\xbf\xbd"), 2);
  expect_valid(run);
}

TEST_F(HostileTexts, ThatBecomeTheSameLayerShareItsNames) {
  sconce::Run run(options());
  for (const char* layer : {"\xff", "\xfe"}) {
    run.log("img", Image(at::zeros({3, 4, 4}),
                         ImageOptions().masks({{layer, Mask(at::zeros({4, 4}, at::kLong), Classes{layer})}})));
  }
  run.finish();
  expect_valid(run);
}

TEST_F(HostileTexts, ThatBecomeTheSameLayerAreRefused) {
  const Mask mask(at::zeros({4, 4}, at::kLong));
  EXPECT_THROW(Image(at::zeros({4, 4}), ImageOptions().masks({{"\xff", mask}, {"\xfe", mask}})), c10::ValueError);
}

TEST_F(HostileTexts, InNamesOfFilesAreKeptOut) {
  sconce::Run run(options());
  const std::string bytes = test::read_text(fs::path(SCONCE_MEDIA_FILES_DIR) / "rgb.png");
  const test::TemporaryFolder elsewhere;
  for (const char* name : {"a.\xff\xfe", "b.png\n", "c.<s>", "d.p g", "..", "e.\"", "f.\xc3\xa9", "g.PNG"}) {
    const fs::path file = elsewhere.path() / (std::string("x") + name);
    std::ofstream(file, std::ios::binary) << bytes;
    run.log("img", Image(file));
  }
  run.finish();
  const auto rows = test::read_rows(run.dir());
  EXPECT_EQ(rows.at(0).at("img").at("format"), "");
  EXPECT_EQ(rows.back().at("img").at("format"), "PNG");
  expect_valid(run);
}

TEST_F(HostileTexts, ThatTakeTheNameOfAFileCostOnlyThemselves) {
  std::vector<std::string> errors;
  sconce::Run run(options().on_error([&](const std::exception& error) { errors.push_back(error.what()); }));
  const Image image(at::zeros({3, 4, 4}));
  run.log("a", image);
  run.flush();
  const std::string name = fs::path(test::media_files(run.dir()).at(0)).filename().string();
  run.log({{name + "/x", image}, {"n", 1}});
  run.log("b", image);
  EXPECT_THROW(run.flush(), std::runtime_error);
  EXPECT_EQ(errors.size(), 1U);
  const auto rows = test::read_rows(run.dir());
  ASSERT_EQ(rows.size(), 3U);
  EXPECT_EQ(test::user_keys(rows[1]), (std::vector<std::string>{"n"}));
  run.finish();
  expect_valid(run);
}

TEST_F(HostileTexts, InIdsStayInTheFolder) {
  for (const char* id : {"..", ".", "\x01\xff", "$(rm)", "<x>"}) {
    sconce::Run run(options().id(id));
    run.log("n", 1);
    run.finish();
    EXPECT_EQ(run.dir().parent_path(), folder_.path() / "wandb");
    EXPECT_EQ(test::read_rows(run.dir()).size(), 1U);
  }
}

}  // namespace
}  // namespace sconce
