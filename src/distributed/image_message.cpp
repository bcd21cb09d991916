#include "distributed/image_message.h"

#include <ATen/ATen.h>
#include <ATen/core/ivalue.h>
#include <c10/util/Exception.h>
#include <torch/csrc/jit/serialization/pickle.h>

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "sconce/compression.h"
#include "values/boxes_data.h"
#include "values/image_source.h"
#include "values/mask_data.h"

// LibTorch's own pickles, of tuples: what a from_ function reads, the to_ function above it wrote, in this order.
namespace sconce {
namespace {

using c10::IValue;

IValue tuple(std::vector<IValue> parts) { return c10::ivalue::Tuple::create(std::move(parts)); }

std::vector<IValue> parts_of(const IValue& value) { return value.toTupleRef().elements().vec(); }

IValue to_tuple(const Classes& classes) {
  std::vector<IValue> names;
  for (const auto& [id, name] : classes.names()) {
    names.push_back(tuple({id, name}));
  }
  return tuple(std::move(names));
}

Classes classes_from(const IValue& value) {
  std::map<std::int64_t, std::string> names;
  for (const IValue& name : parts_of(value)) {
    names.emplace(parts_of(name)[0].toInt(), parts_of(name)[1].toStringRef());
  }
  return Classes(std::move(names));
}

IValue to_tuple(const MaskData& mask) { return tuple({mask.checked_labels(), to_tuple(mask.classes)}); }

Mask mask_from(const IValue& value) {
  const std::vector<IValue> parts = parts_of(value);
  return Mask(parts[0].toTensor(), classes_from(parts[1]));
}

IValue to_tuple(const BoxesData& boxes, const Classes& fallback) {
  boxes.checked_group(fallback);
  std::vector<IValue> scores;
  for (const auto& [name, values] : boxes.scores) {
    scores.push_back(tuple({name, values.get()}));
  }
  return tuple({boxes.corners.get(), boxes.labels.defined() ? IValue(boxes.labels.get()) : IValue(),
                tuple(std::move(scores)), tuple(std::vector<IValue>(boxes.captions.begin(), boxes.captions.end())),
                to_tuple(boxes.classes), boxes.normalized});
}

Boxes boxes_from(const IValue& value) {
  const std::vector<IValue> parts = parts_of(value);
  BoxesOptions::Scores scores;
  for (const IValue& score : parts_of(parts[2])) {
    scores.emplace_back(parts_of(score)[0].toStringRef(), parts_of(score)[1].toTensor());
  }
  std::vector<std::string> captions;
  for (const IValue& caption : parts_of(parts[3])) {
    captions.push_back(caption.toStringRef());
  }
  BoxesOptions options;
  if (!parts[1].isNone()) {
    options.labels(parts[1].toTensor());
  }
  return Boxes(parts[0].toTensor(), options.scores(std::move(scores))
                                        .captions(std::move(captions))
                                        .classes(classes_from(parts[4]))
                                        .normalized(parts[5].toBool()));
}

/// what() with the name of the layer, as the constructor of Image has it.
template <typename Layer>
IValue named(const char* kind, const std::string& name, Layer&& layer) {
  try {
    return tuple({name, layer()});
  } catch (const c10::ValueError& error) {
    TORCH_CHECK_VALUE(false, kind, " '", name, "': ", error.what_without_backtrace());
  }
}

IValue to_tuple(const ImageOptions& options) {
  std::vector<IValue> masks;
  for (const auto& [name, mask] : options.masks()) {
    masks.push_back(named("mask", name, [&data = mask.data()] { return to_tuple(data); }));
  }
  std::vector<IValue> boxes;
  for (const auto& [name, group] : options.boxes()) {
    boxes.push_back(
        named("boxes", name, [&data = group.data(), &options] { return to_tuple(data, options.classes()); }));
  }
  return tuple({options.caption() ? IValue(*options.caption()) : IValue(), options.grouping(),
                to_tuple(options.classes()), tuple(std::move(masks)), tuple(std::move(boxes))});
}

ImageOptions options_from(const IValue& value) {
  const std::vector<IValue> parts = parts_of(value);
  ImageOptions options;
  if (!parts[0].isNone()) {
    options.caption(parts[0].toStringRef());
  }
  ImageOptions::MaskMap masks;
  for (const IValue& mask : parts_of(parts[3])) {
    masks.emplace_back(parts_of(mask)[0].toStringRef(), mask_from(parts_of(mask)[1]));
  }
  ImageOptions::BoxesMap boxes;
  for (const IValue& group : parts_of(parts[4])) {
    boxes.emplace_back(parts_of(group)[0].toStringRef(), boxes_from(parts_of(group)[1]));
  }
  return options.grouping(parts[1].toInt())
      .classes(classes_from(parts[2]))
      .masks(std::move(masks))
      .boxes(std::move(boxes));
}

/// Pixels [H,W,C], or a file's bytes [N] and what is known of it.
IValue to_tuple(ImageSource& source) {
  if (!source.is_file()) {
    return tuple({source.pixels()});
  }
  const media::EncodedMedia& file = source.file(Compression::Fast)->media;
  const auto size = static_cast<std::int64_t>(file.bytes.size());
  at::Tensor bytes = at::empty({size}, at::kByte);
  std::copy(file.bytes.begin(), file.bytes.end(), bytes.data_ptr<std::uint8_t>());
  return tuple({std::move(bytes), file.extension, file.format, file.width, file.height});
}

std::shared_ptr<ImageSource> source_from(const IValue& value) {
  const std::vector<IValue> parts = parts_of(value);
  const at::Tensor bytes = parts[0].toTensor();
  if (parts.size() == 1) {
    return std::make_shared<ImageSource>(ops::HostCopy(bytes, bytes), bytes);
  }
  media::EncodedMedia file;
  file.bytes.assign(bytes.data_ptr<std::uint8_t>(), bytes.data_ptr<std::uint8_t>() + bytes.numel());
  file.extension = parts[1].toStringRef();
  file.format = parts[2].toStringRef();
  file.width = parts[3].toInt();
  file.height = parts[4].toInt();
  return std::make_shared<ImageSource>(std::move(file));
}

}  // namespace

std::vector<char> to_message(const Image& image) {
  return torch::jit::pickle_save(tuple({to_tuple(image.source()), to_tuple(image.options())}));
}

Image from_message(const std::vector<char>& message) {
  const IValue value = torch::jit::pickle_load(message);
  return Image(source_from(parts_of(value)[0]), options_from(parts_of(value)[1]));
}

}  // namespace sconce
