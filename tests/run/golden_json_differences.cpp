#include <ATen/ATen.h>
#include <c10/util/Exception.h>
#include <gtest/gtest.h>

#include <functional>
#include <limits>
#include <regex>
#include <utility>

#include "run/golden_json.h"
#include "run/golden_json_inputs.h"
#include "store/sha256.h"

namespace sconce::test {
namespace {

void replace(Head& head, const std::string& from, const std::string& to) {
  std::string text = head.dump();
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
  head = Head::parse(text);
}

void amend_cell(Head& head, const char* key, const std::function<void(Head&)>& amend) {
  Head& item = head.at("history_rows").at(0).at("items").at(key);
  Head cell = Head::parse(item.get<std::string>());
  amend(cell);
  item = cell.dump();
}

std::string image_path(const std::string& key, const std::string& bytes) {
  return "media/images/" + key + "_0_" + store::sha256_hex(bytes.data(), bytes.size()).substr(0, 20) + ".png";
}

Head file_entry(const std::string& path, const std::string& bytes) {
  return {{"path", path}, {"sha256", store::sha256_hex(bytes.data(), bytes.size())}};
}

void log_values(Run& run) {
  const double nan = std::numeric_limits<double>::quiet_NaN(), infinity = std::numeric_limits<double>::infinity();
  run.log({{"nan", nan},
           {"pinf", infinity},
           {"ninf", -infinity},
           {"i", 3},
           {"f", 0.1},
           {"e", 1e-7},
           {"big", 1e22},
           {"b", true},
           {"s", "té"},
           {"d", Row{{"x", Row{{"y", nan}}}}},
           {"np32nan", at::scalar_tensor(nan, at::kFloat)},
           {"np32", at::scalar_tensor(0.1, at::kFloat)},
           {"np64", at::scalar_tensor(0.1, at::kDouble)},
           {"npi", at::scalar_tensor(5, at::kLong)},
           {"arr1", one(4.5)},
           {"arr33", Histogram(at::arange(33), 32)},
           {"i64", std::int64_t{9007199254740993}}});
}

void amend_values(Head& head) {
  Head& row = head.at("history_rows").at(0);
  for (Head& item : row.at("items")) {
    item = std::regex_replace(item.get<std::string>(), std::regex("-?\\b(NaN|Infinity)\\b"), "\"$&\"");
  }
  Head order = Head::array();
  for (const std::string key : row.at("order")) {
    if (key != "none" && key != "l" && key != "arr3") {
      order.push_back(key);
    }
  }
  row.at("order") = order;
}

/// The pixels were 0 to 108; wandb took the picture of a 1 for one of fractions and made it white.
std::string grey_pixel(int index) { return grey_png(1, 1, {static_cast<std::uint8_t>(index == 1 ? 255 : index)}); }

void log_109(Run& run) {
  std::vector<Image> images;
  for (int i = 0; i < 109; ++i) {
    images.push_back(image_of_file(grey_pixel(i), ".png"));
  }
  run.log("imgs", std::move(images));
}

void amend_109(Head& head) {
  head.at("files") = Head::array();
  for (int i = 0; i < 109; ++i) {
    head.at("files").push_back(file_entry(image_path("imgs", grey_pixel(i)), grey_pixel(i)));
  }
  amend_cell(head, "imgs", [](Head& cell) {
    cell.at("count") = 109;
    cell.at("filenames").push_back(image_path("imgs", grey_pixel(108)));
  });
}

std::string square() { return grey_png(2, 2, {0, 1, 2, 3}); }

void amend_bool_mask(Head& head) {
  const Head file = file_entry(image_path("img", square()), square());
  head.at("files").at(0) = file;
  amend_cell(head, "img", [&](Head& cell) {
    cell.at("path") = file.at("path");
    cell.at("sha256") = file.at("sha256");
    cell.at("size") = square().size();
    cell.at("width") = 2;
  });
}

/// wandb's result for class -1, with another one.
Head box_of_class(const std::string& class_id) {
  Head head = head_of("boxes_class_neg");
  replace(head, "\\\"class_id\\\":-1", "\\\"class_id\\\":" + class_id);
  replace(head, "\"-1\":\"class_-1\"", "\"" + class_id + "\":\"class_" + class_id + "\"");
  return head;
}

void log_steps(Run& run) {
  run.log("img", picture(kA), 10);
  run.log("img", picture(kB), 11);
  run.log("x", 1, 12);
}

void amend_overwritten(Head& head) {
  head.at("history_rows").erase(0);
  Head& files = head.at("files");
  files.erase(files.at(0).at("path").get<std::string>().find(kA) != std::string::npos ? 0 : 1);
}

void bind_and_ask_another_run(Run& run) {
  Image image = picture(kA);
  image.bind_to_run(run, "k", 0);
  Run other(RunOptions().dir(run.dir().parent_path()));
  EXPECT_THROW(image.to_json(other), c10::ValueError);
}

void bind_twice(Run& run) {
  Image image = picture(kA);
  image.bind_to_run(run, "k", 0);
  image.bind_to_run(run, "k", 0);
}

}  // namespace

const std::vector<JsonCase>& different_cases() {
  static const std::vector<JsonCase> cases = {
      {"explicit_step", log_steps, "names carry the row's step, not the one before",
       [](Head& head) {
         replace(head, "img_10_", "img_11_");
         replace(head, "img_0_", "img_10_");
       }},
      {"commit_false_overwrite",
       [](Run& run) {
         run.log("img", picture(kA), 0);
         run.log("img", picture(kB), 0);
       },
       "a key twice in one step: the later value, and only its file", amend_overwritten},
      {"scalars_nan_inf", log_values,
       "NaN and infinities are strings; lists are histograms or images, and null is no value", amend_values},
      {"nested_dict",
       [](Run& run) {
         run.log("val", Row{{"img", picture(kA)}});
       },
       "nested cells have their full path", [](Head& head) { replace(head, "images/img_0", "images/val.img_0"); }},
      {"nested_dict_list_collision",
       [](Run& run) {
         run.log({{"a", Row{{"img", std::vector{picture(kA)}}}}, {"b", Row{{"img", std::vector{picture(kB)}}}}});
       },
       "nested cells have their full path",
       [](Head& head) {
         replace(head, std::string("img_0_") + kA, std::string("a.img_0_") + kA);
         replace(head, std::string("img_0_") + kB, std::string("b.img_0_") + kB);
       }},
      {"list_captions_notfirst",
       [](Run& run) {
         run.log("imgs", std::vector{picture(kA), picture(kB, caption("b"))});
       },
       "captions are written if any image has one",
       [](Head& head) { amend_cell(head, "imgs", [](Head& cell) {
                          cell["captions"] = {nullptr, "b"};
                        }); }},
      {"list_109", log_109, "all images of a list are written", amend_109},
      {"mask_bool",
       [](Run& run) {
         const Mask layer(at::tensor({1, 0, 0, 1}).reshape({2, 2}).to(at::kBool));
         run.log("img", image_of_file(square(), ".png", mask("pred", layer)));
       },
       "a mask is as large as its image, here of 2 x 2 pixels", amend_bool_mask},
      {"boxes_no_class",
       [](Run& run) { run.log("img", picture(kA, boxes("p", Boxes(small_box(), fractions())))); },
       "boxes without classes are of class 0", [](Head& head) { head = box_of_class("0"); }},
      {"boxes_class_np",
       [](Run& run) {
         const at::Tensor ids = one(std::int32_t{1});
         run.log("img", picture(kA, boxes("p", Boxes(small_box(), fractions().labels(ids)))));
       },
       "class ids are of any integer dtype", [](Head& head) { head = box_of_class("1"); }},
      {"to_json_badrun", bind_and_ask_another_run, "to_json() takes a Run; left to refuse is another run",
       [](Head& head) { head.erase("error"); }},
      {"bind_twice", bind_twice, "equal content is one file; binding again changes nothing",
       [](Head& head) { head.erase("error"); }},
  };
  return cases;
}

const std::vector<JsonCase>& refused_cases() {
  static const std::vector<JsonCase> cases = {
      {"mask_negative",
       [](Run& run) {
         run.log("img", picture(kA, mask("pred", Mask(at::tensor({0, 1, 2, -1, 1, 2}).reshape({2, 3})))));
       }},
      {"mask_missing", [](Run& run) { run.log("img", picture(kA, mask("pred", Mask(at::Tensor())))); }},
      {"boxes_no_box_data", [](Run& run) { run.log("img", picture(kA, boxes("p", Boxes(at::Tensor())))); }},
      {"boxes_partial_position",
       [](Run& run) {
         run.log("img", picture(kA, boxes("p", Boxes(box({0.1, 0.3, 0.2}), fractions(1)))));
       }},
      {"boxes_middle_3",
       [](Run& run) {
         const BoxesOptions options = BoxesOptions().format(BoxFormat::CXCYWH);
         run.log("img", picture(kA, boxes("p", Boxes(box({1, 2, 3, 1, 1}), options))));
       }},
      {"boxes_class_float",
       [](Run& run) {
         run.log("img", picture(kA, boxes("p", Boxes(small_box(), fractions().labels(one(1.0))))));
       }},
      {"path_missing", [](Run& run) { run.log("img", Image("no_such_file_zz.png")); }},
      {"path_notimage", [](Run& run) { run.log("img", image_of_file("not an image", ".png")); }},
  };
  return cases;
}

const std::vector<JsonCase>& stricter_cases() {
  static const std::vector<JsonCase> cases = {
      {"key_empty", [](Run& run) { run.log("", picture(kA)); }, "a cell has a name"},
      {"mask_size_differs",
       [](Run& run) {
         run.log("img", picture(kA, mask("pred", Mask(at::zeros({5, 5}, at::kByte)))));
       },
       "a mask is as large as its image"},
      {"mask_float",
       [](Run& run) {
         run.log("img", picture(kA, mask("pred", Mask(at::tensor({0.5, 1.9, -1.0, 2.0}).reshape({2, 2})))));
       },
       "class ids have no fractions"},
      {"boxes_pos_nan",
       [](Run& run) {
         const double nan = std::numeric_limits<double>::quiet_NaN();
         run.log("img", picture(kA, boxes("p", Boxes(box({nan, 0, 1, 1}), fractions(1)))));
       },
       "NaN is nowhere"},
      {"boxes_inverted",
       [](Run& run) {
         run.log("img", picture(kA, boxes("p", Boxes(box({1, 0, 0, 1}), fractions(1)))));
       },
       "a box has its corners in order"},
      {"boxes_class_bool",
       [](Run& run) {
         const at::Tensor ids = at::ones({1}, at::kBool);
         run.log("img", picture(kA, boxes("p", Boxes(small_box(), fractions().labels(ids)))));
       },
       "a truth value is no class id"},
  };
  return cases;
}

const std::vector<JsonCase>& impossible_cases() {
  static const std::vector<JsonCase> cases = {
      {"caption_nonstr", nullptr, "a caption is a std::string"},
      {"key_nonstr", nullptr, "a key is a string"},
      {"list_mixed", nullptr, "a list is a std::vector<Image>"},
      {"list_with_number", nullptr, "a list is a std::vector<Image>"},
      {"mask_list", nullptr, "a mask is an at::Tensor"},
      {"mask_labels_strkey", nullptr, "class ids are std::int64_t"},
      {"mask_value_not_dict", nullptr, "a layer of masks is a Mask"},
      {"mask_path", nullptr, "a mask is an at::Tensor, not a file"},
      {"boxes_full", nullptr, "the boxes of a group have all pixels or all fractions, and all scores or none"},
      {"boxes_extra_keys", nullptr, "a box has no further keys"},
      {"boxes_data_dict", nullptr, "boxes are an at::Tensor"},
      {"boxes_data_tuple", nullptr, "boxes are an at::Tensor"},
      {"boxes_middle_str", nullptr, "coordinates are numbers"},
      {"boxes_pos_str", nullptr, "coordinates are numbers"},
      {"boxes_scores_list", nullptr, "scores are pairs of a name and an at::Tensor"},
      {"boxes_scores_key", nullptr, "the name of a score is a std::string"},
      {"boxes_scores_val", nullptr, "scores are an at::Tensor"},
      {"boxes_caption_int", nullptr, "captions are std::string"},
      {"boxes_labels_strkey", nullptr, "class ids are std::int64_t"},
      {"input_list", nullptr, "an image is an at::Tensor or a file"},
      {"classes_bad", nullptr, "every id of Classes has its name"},
      {"log_not_dict", nullptr, "log() takes a Row"},
  };
  return cases;
}

}  // namespace sconce::test
