#include "sconce/gather_images.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <cstring>
#include <optional>
#include <stdexcept>

#include "distributed/ranks.h"
#include "sconce/sconce.h"
#include "support/png_reader.h"
#include "support/refusal.h"
#include "values/boxes_data.h"
#include "values/image_source.h"
#include "values/mask_data.h"

namespace sconce {
namespace {

using nlohmann::ordered_json;
using test::expect;
using test::Gloo;
using test::Ranks;

using Ends = std::vector<std::string>;

at::Tensor counted(std::initializer_list<std::int64_t> shape) {
  std::int64_t count = 1;
  for (const std::int64_t size : shape) {
    count *= size;
  }
  return at::arange(count).remainder(251).to(at::kByte).reshape(shape);
}

/// A picture of its own for each rank: no two of a size, a mode or a caption.
Image picture_of(int rank) {
  switch (rank) {
    case 0:
      return Image(counted({3, 5, 7}), ImageOptions().caption("from 0").grouping(3));
    case 1:
      return Image(counted({40, 30}).to(at::kFloat).div(255));
    case 2:
      return Image(counted({6, 9, 4}), ImageOptions().caption(""));
    default:
      return Image(at::arange(12).reshape({3, 4}) * 5000,
                   ImageOptions().mode(Mode::I16).caption("vom Dritten: \xc3\xbc\xf0\x9f\x98\x80"));
  }
}

void expect_same(const Image& image, const Image& expected, const std::string& what) {
  expect(image.pixels().sizes() == expected.pixels().sizes() && at::equal(image.pixels(), expected.pixels()) &&
             image.pixels().scalar_type() == expected.pixels().scalar_type(),
         "the pixels of " + what);
  expect(image.options().caption() == expected.options().caption(), "the caption of " + what);
  expect(image.options().grouping() == expected.options().grouping(), "the grouping of " + what);
}

void gather_and_compare(int rank, Gloo& group) {
  for (int round = 0; round < 3; ++round) {
    const std::vector<Image> images = gather_images(picture_of(rank), group);
    expect(images.size() == static_cast<std::size_t>(rank == 0 ? group.getSize() : 0), "pictures on rank 0 alone");
    for (std::size_t i = 0; i < images.size(); ++i) {
      expect_same(images[i], picture_of(static_cast<int>(i)), "rank " + std::to_string(i));
    }
  }
}

std::filesystem::path latest(const test::TemporaryFolder& folder) {
  return folder.path() / std::filesystem::read_symlink(folder.path() / "latest-run");
}

TEST(GatherImages, BringsUnlikePicturesToRankZeroInTheOrderOfRanks) {
  for (int count = 1; count <= 4; ++count) {
    Ranks ranks(count, gather_and_compare);
    EXPECT_EQ(ranks.end(), Ends(static_cast<std::size_t>(count), "exit 0")) << ranks.errors(0);
  }
}

TEST(GatherImages, MakesOneCellOfTheRanks) {
  const test::TemporaryFolder folder;
  Ranks ranks(4, [&](int rank, Gloo& group) {
    std::optional<sconce::Run> run;
    if (rank == 0) {
      run.emplace(RunOptions("test").dir(folder.path()));
    }
    std::vector<Image> images = gather_images(picture_of(rank), group);
    if (run) {
      run->log("preds", std::move(images), 7);
      run->finish();
    }
  });
  ASSERT_EQ(ranks.end(), Ends(4, "exit 0")) << ranks.errors(0);

  const auto rows = test::read_rows(latest(folder));
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows[0].at("_step"), 7);
  const ordered_json& cell = rows[0].at("preds");
  EXPECT_EQ(cell.at("captions").at(0), "from 0");
  EXPECT_EQ(cell.at("captions").at(3), *picture_of(3).options().caption());
  ASSERT_EQ(cell.at("filenames").size(), 4U);
  for (int rank = 0; rank < 3; ++rank) {
    const auto file = cell.at("filenames").at(static_cast<std::size_t>(rank)).get<std::string>();
    const std::string text = test::read_text(latest(folder) / "files" / file);
    const at::Tensor expected = picture_of(rank).pixels();
    const test::DecodedPng png = test::decode_png({text.begin(), text.end()});
    ASSERT_EQ((std::vector<std::int64_t>{png.height, png.width, png.channels}), expected.sizes().vec());
    EXPECT_EQ(std::memcmp(png.pixels.data(), expected.data_ptr(), png.pixels.size()), 0) << rank;
  }
}

Image with_layers(int rank) {
  const Classes classes({{3, "three"}, {200, "two hundred"}});
  const at::Tensor corners = at::tensor({1., 2., 3., 4., 0., 0., 1.5, 2.5}).reshape({2, 4});
  return Image(counted({3, 5, 7}),
               ImageOptions()
                   .classes(classes)
                   .masks({{"plain", Mask(counted({5, 7}))}, {"named", Mask(at::full({5, 7}, rank), {"a", "b"})}})
                   .boxes({{"bare", Boxes(at::zeros({0, 4}, at::kInt))},
                           {"full", Boxes(corners + rank, BoxesOptions()
                                                              .labels(at::tensor({3, 200}))
                                                              .scores({{"sure", at::tensor({0.25, 0.5})}})
                                                              .captions({"first", "second"})
                                                              .normalized(true))}}));
}

TEST(GatherImages, BringsLayersAndClassesAlong) {
  Ranks ranks(2, [](int rank, Gloo& group) {
    const std::vector<Image> images = gather_images(with_layers(rank), group);
    for (std::size_t i = 0; i < images.size(); ++i) {
      const ImageOptions& got = images[i].options();
      const ImageOptions expected = with_layers(static_cast<int>(i)).options();
      expect(got.classes().names() == expected.classes().names(), "the classes");
      for (std::size_t layer = 0; layer < 2; ++layer) {
        const auto& [mask_name, mask] = got.masks().at(layer);
        expect(mask_name == expected.masks()[layer].first, "the mask's name");
        const MaskData& expected_mask = expected.masks()[layer].second.data();
        expect(at::equal(mask.data().labels.get(), expected_mask.labels.get()), "the labels");
        expect(mask.data().classes.names() == expected_mask.classes.names(), "the mask's classes");

        const auto& [boxes_name, boxes] = got.boxes().at(layer);
        expect(boxes_name == expected.boxes()[layer].first, "the boxes' name");
        const BoxesData& expected_boxes = expected.boxes()[layer].second.data();
        expect(boxes.data().corners.get().scalar_type() == expected_boxes.corners.get().scalar_type(),
               "the dtype");
        expect(at::equal(boxes.data().corners.get(), expected_boxes.corners.get()), "the corners");
        expect(boxes.data().labels.defined() == expected_boxes.labels.defined(), "labels where there were some");
        expect(boxes.data().captions == expected_boxes.captions, "the boxes' captions");
        expect(boxes.data().normalized == expected_boxes.normalized, "the unit");
      }
      const store::BoxGroup full = got.boxes().at(1).second.data().checked_group(got.classes());
      expect(full.boxes.at(1).class_id == 200, "the boxes' labels");
      expect(full.boxes.at(1).scores.at(0) == std::pair<std::string, double>("sure", 0.5), "the scores");
    }
  });
  EXPECT_EQ(ranks.end(), Ends(2, "exit 0")) << ranks.errors(0);
}

TEST(GatherImages, BringsTheBytesOfFilesAsTheyAre) {
  const auto file_of = [](std::size_t rank) {
    return std::filesystem::path(SCONCE_MEDIA_FILES_DIR) / (rank == 0 ? "lossy.webp" : "baseline.jpg");
  };
  Ranks ranks(2, [&](int rank, Gloo& group) {
    const std::vector<Image> images = gather_images(Image(file_of(static_cast<std::size_t>(rank))), group);
    for (std::size_t i = 0; i < images.size(); ++i) {
      const Image expected(file_of(i));
      const auto got = images[i].source().file(Compression::Fast);
      const auto sent = expected.source().file(Compression::Fast);
      expect(got->media.bytes == sent->media.bytes && got->sha256 == sent->sha256, "the file");
      expect(got->media.format == sent->media.format && got->media.extension == sent->media.extension, "its kind");
      expect(images[i].width() == expected.width() && images[i].height() == expected.height(), "its size");
    }
  });
  EXPECT_EQ(ranks.end(), Ends(2, "exit 0")) << ranks.errors(0);
}

TEST(GatherImages, ThrowsOnEveryRankIfOneHasBadInputAndWorksTheNextTime) {
  Ranks ranks(3, [](int rank, Gloo& group) {
    const auto make = [rank] { return Image(rank == 1 ? at::rand({5, 8, 8}) : at::rand({3, 8, 8})); };
    const std::string message = test::refusal<c10::ValueError>([&] { gather_images(make, group); });
    const std::string reason = test::refusal<c10::ValueError>([] { Image(at::rand({5, 8, 8})); });
    const std::string others = "expected a picture from each of 3 ranks; rank 1: " + reason;
    expect(message == (rank == 1 ? reason : others), "another message than: " + message);
    gather_and_compare(rank, group);
  });
  EXPECT_EQ(ranks.end(), Ends(3, "exit 0")) << ranks.errors(0) << ranks.errors(1) << ranks.errors(2);
}

TEST(GatherImages, PassesOnWhatElseIsThrownInAMaker) {
  Ranks ranks(2, [](int rank, Gloo& group) {
    const auto make = [rank]() -> Image {
      if (rank == 0) {
        throw std::out_of_range("no batch");
      }
      return Image(at::rand({8, 8}));
    };
    try {
      gather_images(make, group);
    } catch (const std::out_of_range&) {
      return expect(rank == 0, "its own error on rank 0 alone");
    } catch (const c10::ValueError& error) {
      return expect(std::strstr(error.what(), "rank 0: no batch") != nullptr, "the reason");
    }
    expect(false, "an exception");
  });
  EXPECT_EQ(ranks.end(), Ends(2, "exit 0")) << ranks.errors(0) << ranks.errors(1);
}

TEST(GatherImages, ThrowsWhereARankIsKilledAndTheRunGoesOn) {
  constexpr int kRounds = 5;
  const test::TemporaryFolder folder;
  Ranks ranks(3, [&](int rank, Gloo& group) {
    std::optional<sconce::Run> run;
    if (rank == 0) {
      run.emplace(RunOptions("test").dir(folder.path()));
    }
    const Logger logger = run ? run->logger() : Logger();
    for (int round = 0; round < kRounds; ++round) {
      std::vector<Image> images = gather_images(picture_of(rank), group);
      logger.log({{"round", round}, {"preds", std::move(images)}});
    }
    try {  // in the middle of it: the others wait for rank 2
      gather_images(
          [rank] {
            if (rank == 2) {
              std::raise(SIGKILL);
            }
            return picture_of(rank);
          },
          group);
      expect(false, "an exception");
    } catch (const std::exception& error) {
      logger.log("trouble", error.what());
    }
    logger.log("after", true);
    if (run) {
      run->finish();
    }
  });
  ASSERT_EQ(ranks.end(), (Ends{"exit 0", "exit 0", "signal 9"})) << ranks.errors(0) << ranks.errors(1);

  const auto rows = test::read_rows(latest(folder));
  ASSERT_EQ(rows.size(), static_cast<std::size_t>(kRounds + 2));
  for (int round = 0; round < kRounds; ++round) {
    const ordered_json& row = rows[static_cast<std::size_t>(round)];
    EXPECT_EQ(row.at("round"), round);
    for (const ordered_json& file : row.at("preds").at("filenames")) {
      EXPECT_TRUE(std::filesystem::exists(latest(folder) / "files" / file.get<std::string>())) << file;
    }
  }
  EXPECT_TRUE(rows[kRounds].contains("trouble"));
  EXPECT_TRUE(rows[kRounds + 1].contains("after"));
}

TEST(GatherImages, ThrowsAfterTheTimeoutIfARankStaysAway) {
  Ranks ranks(
      2,
      [](int rank, Gloo& group) {
        if (rank == 0) {
          try {
            gather_images(picture_of(rank), group);
          } catch (const std::exception&) {
            return;
          }
          expect(false, "an exception");
        }
        ::pause();  // the parent kills it
      },
      std::chrono::seconds(2));
  EXPECT_EQ(ranks.end(0), "exit 0") << ranks.errors(0);
}

}  // namespace
}  // namespace sconce
