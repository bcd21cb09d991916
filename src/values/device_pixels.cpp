#include "values/device_pixels.h"

#include <ATen/ATen.h>
#include <c10/core/StreamGuard.h>

#include "values/device_event.h"

namespace sconce {

DevicePixels::DevicePixels(const at::Tensor& computed, const at::Tensor& original)
    : pixels_(computed.is_alias_of(original) ? computed.clone() : computed) {
  const c10::Stream stream = current_stream(pixels_);
  computed_ = std::make_shared<const DeviceEvent>(stream);
  reserve_for(stream, original);
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
  reserve_for(stream, pixels_);
  return pixels_;
}

HostCopy DevicePixels::copy_on(const c10::Stream& stream) const {
  const c10::StreamGuard guard(stream);
  return HostCopy(on(stream), pixels_);
}

}  // namespace sconce
