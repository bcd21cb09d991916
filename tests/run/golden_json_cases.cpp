#include <ATen/ATen.h>

#include "run/golden_json.h"
#include "run/golden_json_inputs.h"

namespace sconce::test {
namespace {

ImageOptions two_layers_each() {
  return ImageOptions()
      .masks({{"a", Mask(labels_a(), classes())}, {"b", Mask(labels_b(), classes())}})
      .boxes({{"p", car()}, {"q", building()}});
}

void log_pil_modes(Run& run) {
  run.log({{"L", picture("183160314cb50899bfd6")},
           {"LA", picture("0fc0e580ad87cf201259")},
           {"P", picture("0b3495c28feb0963b74c")},
           {"RGB", picture("aa6a46934a9c84473b40")},
           {"RGBA", picture("f3b26d7aaf1e568723c5")},
           {"1", picture("7d6649d285dafb2250e3")},
           {"I", picture("e307086454c68743e2cd")}});
}

}  // namespace

const std::vector<JsonCase>& same_cases() {
  static const std::vector<JsonCase> cases = {
      {"single", [](Run& run) { run.log("img", picture(kA)); }},
      {"single_all", [](Run& run) { run.log("img", picture(kA, caption("a cat").grouping(3))); }},
      {"caption_empty", [](Run& run) { run.log("img", picture(kA, caption(""))); }},
      {"grouping_0", [](Run& run) { run.log("img", picture(kA, ImageOptions().grouping(0))); }},
      {"caption_unicode", [](Run& run) { run.log("img", picture(kA, caption("café \"x\" 猫\n"))); }},
      {"key_slash", [](Run& run) { run.log("val/img", picture(kA)); }},
      {"key_space", [](Run& run) { run.log("my img: #1? *[x]", picture(kA)); }},
      {"key_unicode", [](Run& run) { run.log("图像", picture(kA)); }},
      {"key_dotdot", [](Run& run) { run.log("../up", picture(kA)); }},
      {"key_dotdot_mid",
       [](Run& run) {
         run.log({{"a/../../b", picture(kA)}, {"./c", picture(kB)}});
       }},
      {"key_dotdot_list", [](Run& run) { run.log("../up", std::vector{picture(kA)}); }},
      {"key_dots_ok", [](Run& run) { run.log("a.b/..c/...", picture(kA)); }},
      {"key_trailing_slash", [](Run& run) { run.log("a/", picture(kA)); }},
      {"key_abs", [](Run& run) { run.log("/abs/k", picture(kA)); }},
      {"key_backslash", [](Run& run) { run.log("a\\b", picture(kA)); }},
      {"list2",
       [](Run& run) {
         run.log("imgs", std::vector{picture(kA), picture(kB)});
       }},
      {"list_empty", [](Run& run) { run.log("imgs", std::vector<Image>()); }},
      {"list_captions",
       [](Run& run) {
         run.log("imgs", std::vector{picture(kA, caption("a")), picture(kB, caption("b"))});
       }},
      {"list_captions_first",
       [](Run& run) {
         run.log("imgs", std::vector{picture(kA, caption("a")), picture(kB), picture(kC, caption("c"))});
       }},
      {"list_sizes_differ",
       [](Run& run) {
         run.log("imgs", std::vector{picture(kA), picture(kLarge)});
       }},
      {"list_same_object",
       [](Run& run) {
         const Image image = picture(kA);
         run.log("imgs", std::vector{image, image});
       }},
      {"empty_string",
       [](Run& run) {
         run.log({{"s", ""}, {"x", 1}});
       }},
      {"same_pixels_two_keys",
       [](Run& run) {
         run.log({{"k1", picture(kA)}, {"k2", picture(kA)}});
       }},
      // wandb would give the first key's file to the same object under a second key; here it is as good as a copy.
      {"same_pixels_two_keys",
       [](Run& run) {
         const Image image = picture(kA);
         run.log({{"k1", image}, {"k2", image}});
       }},
      {"mask_default_labels", [](Run& run) { run.log("img", picture(kA, mask("pred", Mask(labels_a())))); }},
      {"mask_two",
       [](Run& run) {
         run.log("img", picture(kA, ImageOptions().masks({{"pred", Mask(labels_a(), classes())},
                                                          {"gt", Mask(labels_b(), classes())}})));
       }},
      {"mask_two_identical",
       [](Run& run) {
         const Mask layer(labels_a(), classes());
         run.log("img", picture(kA, ImageOptions().masks({{"pred", layer}, {"gt", layer}})));
       }},
      {"boxes_two_groups",
       [](Run& run) {
         run.log("img", picture(kA, ImageOptions().boxes({{"pred", car()}, {"gt", building()}})));
       }},
      {"boxes_and_masks",
       [](Run& run) {
         const Boxes layer(small_box(), fractions(1));
         run.log("img", picture(kA, mask("pred", Mask(labels_a())).boxes({{"pred", layer}}).classes(classes())));
       }},
      {"boxes_empty",
       [](Run& run) {
         run.log("img", picture(kA, boxes("pred", Boxes(at::empty({0, 4})))));
       }},
      {"boxes_unicode",
       [](Run& run) {
         run.log("img", picture(kA, boxes("pred", Boxes(small_box(), fractions(1).captions({"café"})))));
       }},
      {"boxes_class_neg",
       [](Run& run) { run.log("img", picture(kA, boxes("p", Boxes(small_box(), fractions(-1))))); }},
      {"boxes_no_class_labels",
       [](Run& run) { run.log("img", picture(kA, boxes("p", Boxes(small_box(), fractions().classes({"a"}))))); }},
      {"boxes_np_float32",
       [](Run& run) {
         const at::Tensor corners = box({0.5, 0, 1, 1}).to(at::kFloat);
         run.log("img", picture(kA, boxes("p", Boxes(corners, fractions(1)))));
       }},
      {"boxes_np_float64",
       [](Run& run) {
         run.log("img", picture(kA, boxes("p", Boxes(box({0.5, 0, 1, 1}), fractions(1)))));
       }},
      {"list_boxes_masks",
       [](Run& run) {
         run.log("imgs", std::vector{picture(kA, boxes("pred", car())),
                                     picture(kB, mask("m", Mask(labels_a(), classes()))), picture(kC)});
       }},
      {"list_masks_two_each",
       [](Run& run) {
         run.log("imgs", std::vector{picture(kA, two_layers_each()), picture(kB, two_layers_each())});
       }},
      {"path_bmp", [](Run& run) { run.log("img", picture("701dbfb3788a405acad4")); }},
      {"path_noext", [](Run& run) { run.log("img", image_of_file(picture_bytes(kA), "")); }},
      {"path_pathlib", [](Run& run) { run.log("img", picture(kA)); }},
      {"pil_modes", log_pil_modes},
  };
  return cases;
}

}  // namespace sconce::test
