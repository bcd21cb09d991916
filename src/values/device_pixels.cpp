#include "values/device_pixels.h"

#include <ATen/ATen.h>
#include <c10/core/StreamGuard.h>

#include "torch_ops/device_event.h"

namespace sconce {

DevicePixels::DevicePixels(const at::Tensor& computed, const at::Tensor& original)
    : pixels_(computed.is_alias_of(original) ? computed.clone() : computed) {
  const c10::Stream stream = ops::current_stream(pixels_);
  computed_ = std::make_shared<const ops::DeviceEvent>(stream);
  ops::reserve_for(stream, original);
}

DevicePixels DevicePixels::picture(std::int64_t i) const {
  DevicePixels one = *this;
  one.pixels_ = pixels_[i];
  return one;
}

bool DevicePixels::are_there() const { return computed_->is_done(); }
void DevicePixels::wait() const { computed_->wait(); }
const c10::Stream& DevicePixels::stream() const { return computed_->stream(); }

const at::Tensor& DevicePixels::on(const c10::Stream& stream) const {
  computed_->block(stream);
  ops::reserve_for(stream, pixels_);
  return pixels_;
}

ops::HostCopy DevicePixels::copy_on(const c10::Stream& stream) const {
  const c10::StreamGuard guard(stream);
  return ops::HostCopy(on(stream), pixels_);
}

}  // namespace sconce
