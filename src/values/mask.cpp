#include "sconce/mask.h"

#include <ATen/ATen.h>
#include <c10/util/Exception.h>

#include <bitset>
#include <utility>

#include "sconce/ops.h"
#include "torch_ops/labels.h"
#include "values/mask_data.h"

namespace sconce {

Mask::Mask(const at::Tensor& labels, Classes classes) {
  auto data = std::make_shared<MaskData>();
  const bool can_look = !labels.defined() || labels.is_cpu();
  const ops::Labels bytes =
      can_look ? ops::Labels{ops::to_labels(labels), at::Tensor()} : ops::labels_and_misfits(labels);
  data->height = bytes.ids.size(0);
  data->width = bytes.ids.size(1);
  data->labels = ops::HostCopy(bytes.ids.contiguous(), labels);
  if (bytes.invalid.defined()) {
    data->invalid = ops::HostCopy(bytes.invalid, labels);
  }
  data->classes = std::move(classes);
  data_ = std::move(data);
}

at::Tensor MaskData::checked_labels() const {
  if (invalid.defined()) {
    const auto count = invalid.get().item<std::int64_t>();
    TORCH_CHECK_VALUE(count == 0, "expected class ids from 0 to 255, got ", count, " others among ",
                      height * width);
  }
  return labels.get();
}

store::ClassNames MaskData::class_names(const Classes& fallback) const {
  if (!classes.empty() || !fallback.empty()) {
    return (classes.empty() ? fallback : classes).names();
  }
  const at::Tensor ids = checked_labels();
  std::bitset<256> present;
  const auto* id = ids.data_ptr<std::uint8_t>();
  for (const auto* end = id + ids.numel(); id != end; ++id) {
    present.set(*id);
  }
  store::ClassNames names;
  for (std::size_t i = 0; i < present.size(); ++i) {
    if (present[i]) {
      names.emplace_hint(names.end(), static_cast<std::int64_t>(i), "class_" + std::to_string(i));
    }
  }
  return names;
}

}  // namespace sconce
