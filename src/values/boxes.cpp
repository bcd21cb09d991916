#include "sconce/boxes.h"

#include <ATen/ATen.h>
#include <c10/util/Exception.h>

#include <cmath>
#include <utility>

#include "store/json_text.h"
#include "torch_ops/describe.h"
#include "values/boxes_data.h"

namespace sconce {
namespace {

at::Tensor on_host(const ops::HostCopy& values, at::ScalarType dtype) {
  return values.get().to(dtype).contiguous();
}

void check_length(const at::Tensor& values, std::int64_t count, const std::string& what) {
  TORCH_CHECK_VALUE(values.defined() && values.dim() == 1 && values.size(0) == count, "expected ", what,
                    " of shape [", count, "], one for each box, got ", ops::describe(values));
}

void check_box(std::int64_t index, const store::Box& box) {
  const auto corners = [&] {
    return c10::str("(", box.min_x, ", ", box.min_y, ", ", box.max_x, ", ", box.max_y, ")");
  };
  for (const double corner : {box.min_x, box.min_y, box.max_x, box.max_y}) {
    TORCH_CHECK_VALUE(std::isfinite(corner), "box ", index, ": expected finite corners, got ", corners());
  }
  TORCH_CHECK_VALUE(box.min_x <= box.max_x && box.min_y <= box.max_y, "box ", index,
                    ": expected x0 <= x1 and y0 <= y1, got (x0, y0, x1, y1) = ", corners());
  for (const auto& [name, score] : box.scores) {
    TORCH_CHECK_VALUE(std::isfinite(score), "box ", index, ": expected a finite score '", name, "', got ", score);
  }
}

}  // namespace

BoxesOptions& BoxesOptions::labels(const at::Tensor& class_ids) {
  labels_ = std::make_shared<const at::Tensor>(class_ids);
  return *this;
}

BoxesOptions& BoxesOptions::scores(Scores scores) {
  scores_ = std::make_shared<const Scores>(std::move(scores));
  return *this;
}

Boxes::Boxes(const at::Tensor& coordinates, BoxesOptions options) {
  auto data = std::make_shared<BoxesData>();
  const at::Tensor corners = ops::to_xyxy(coordinates, options.format());
  data->count = corners.size(0);
  data->corners = ops::HostCopy(corners, coordinates);
  if (options.labels() != nullptr && options.labels()->defined()) {
    const at::Tensor& labels = *options.labels();
    check_length(labels, data->count, "labels");
    TORCH_CHECK_TYPE(at::isIntegralType(labels.scalar_type(), /*includeBool=*/false),
                     "expected labels of an integer dtype, got ", ops::describe(labels));
    data->labels = ops::HostCopy(labels.detach(), labels);
  }
  if (options.scores() != nullptr) {
    for (const auto& [name, values] : *options.scores()) {
      check_length(values, data->count, "scores '" + name + "'");
      TORCH_CHECK_TYPE(!values.is_complex(), "expected real scores '", name, "', got ", ops::describe(values));
      data->scores.emplace_back(store::valid_utf8(name), ops::HostCopy(values.detach(), values));
    }
  }
  TORCH_CHECK_VALUE(
      options.captions().empty() || static_cast<std::int64_t>(options.captions().size()) == data->count,
      "expected ", data->count, " captions, one for each box, got ", options.captions().size());
  data->captions = std::move(options.captions());
  data->classes = std::move(options.classes());
  data->normalized = options.normalized();
  if (!data->is_deferred()) {
    data->checked_group(Classes());
  }
  data_ = std::move(data);
}

bool BoxesData::is_deferred() const noexcept {
  bool deferred = corners.is_deferred() || labels.is_deferred();
  for (const auto& score : scores) {
    deferred = deferred || score.second.is_deferred();
  }
  return deferred;
}

store::BoxGroup BoxesData::checked_group(const Classes& fallback) const {
  store::BoxGroup group;
  group.normalized = normalized;
  group.integral = at::isIntegralType(corners.get().scalar_type(), /*includeBool=*/true);
  const Classes& names = classes.empty() ? fallback : classes;
  group.class_labels = names.names();
  const at::Tensor corner_values = on_host(corners, at::kDouble);
  const at::Tensor label_values = labels.defined() ? on_host(labels, at::kLong) : at::Tensor();
  std::vector<at::Tensor> score_values;
  for (const auto& score : scores) {
    score_values.push_back(on_host(score.second, at::kDouble));
  }
  for (std::int64_t i = 0; i < count; ++i) {
    const double* corner = corner_values.data_ptr<double>() + 4 * i;
    store::Box box{corner[0], corner[1], corner[2], corner[3], {}, {}, {}};
    if (label_values.defined()) {
      box.class_id = label_values.data_ptr<std::int64_t>()[i];
      TORCH_CHECK_VALUE(names.empty() || names.contains(*box.class_id), "box ", i, ": class id ", *box.class_id,
                        " has no name among the ", names.names().size(), " classes given");
    } else if (names.empty()) {
      box.class_id = 0;  // W&B's page wants an id unless there are names
    }
    if (!captions.empty()) {
      box.caption = captions[static_cast<std::size_t>(i)];
    }
    for (std::size_t s = 0; s < scores.size(); ++s) {
      box.scores.emplace_back(scores[s].first, score_values[s].data_ptr<double>()[i]);
    }
    check_box(i, box);
    group.boxes.push_back(std::move(box));
  }
  return group;
}

std::int64_t BoxesData::bytes() const noexcept {
  constexpr std::int64_t kBox = 256;  // as text, while its file is written
  std::int64_t bytes = count * kBox + corners.bytes() + labels.bytes();
  for (const auto& score : scores) {
    bytes += score.second.bytes();
  }
  for (const std::string& caption : captions) {
    bytes += static_cast<std::int64_t>(caption.capacity());
  }
  return bytes;
}

store::ClassNames class_names(const store::BoxGroup& group) {
  if (!group.class_labels.empty()) {
    return group.class_labels;
  }
  store::ClassNames names;
  for (const store::Box& box : group.boxes) {
    if (box.class_id) {
      names.emplace(*box.class_id, "class_" + std::to_string(*box.class_id));
    }
  }
  return names;
}

}  // namespace sconce
