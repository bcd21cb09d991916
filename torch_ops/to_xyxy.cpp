#include <ATen/ATen.h>

#include "sconce/ops.h"
#include "torch_ops/real_input.h"

namespace sconce::ops {

at::Tensor to_xyxy(const at::Tensor& boxes, BoxFormat from) {
  const at::Tensor values = real_input(boxes, "boxes");
  TORCH_CHECK_VALUE(values.dim() == 2 && values.size(1) == 4, "expected boxes of shape [N,4], got ",
                    describe(boxes));
  const bool floating = at::isFloatingType(values.scalar_type());
  // A corner plus a size does not fit a narrow integer: 200 + 100 is 44 in uint8.
  const at::Tensor numbers =
      floating ? in_float(values) : values.to(from == BoxFormat::CXCYWH ? at::kDouble : at::kLong);
  const at::Tensor first = numbers.narrow(1, 0, 2);
  const at::Tensor second = numbers.narrow(1, 2, 2);
  switch (from) {
    case BoxFormat::XYXY:
      return numbers;
    case BoxFormat::XYWH:
      return at::cat({first, first.add(second)}, 1);
    case BoxFormat::CXCYWH: {
      const at::Tensor half = second.mul(0.5);
      return at::cat({first.sub(half), first.add(half)}, 1);
    }
  }
  TORCH_CHECK_VALUE(false, "expected a format of sconce::BoxFormat, got number ", static_cast<int>(from));
}

}  // namespace sconce::ops
