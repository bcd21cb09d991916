#pragma once

#include <cstdint>
#include <tuple>
#include <vector>

namespace at {
class Tensor;
}

namespace sconce {

/// Channels of a picture, by wandb's (Pillow's) names. Auto: 1 channel is L, 2 LA, 3 RGB, 4 RGBA.
/// I16 is 16-bit grey. A stated mode converts as Pillow does (RGB to L by ITU-R 601-2).
enum class Mode { Auto, L, LA, RGB, RGBA, I16 };

/// Where the channels are. Auto: CHW if the first dimension is 1 to 4, else HWC if the last one is.
enum class Layout { Auto, CHW, HWC };

/// What the numbers mean. Full scale is 255, or 65535 for Mode::I16. Results are truncated, as wandb truncates.
///  - Auto: by dtype, never by value. Integers are clipped to full scale, bool is 0 or full scale, floating
///    point is Unit.
///  - Unit: [0, 1] times full scale, clipped. NaN is 0.
///  - Signed: [-1, 1], (x + 1) times half of full scale, clipped. NaN is 0.
///  - Byte: already in pixel units; clipped to full scale. NaN is 0.
///  - MinMax: the smallest and largest finite value of the picture become 0 and full scale; infinities go to
///    the ends and NaN to 0. A constant picture is taken as Auto takes it.
///  - Wandb: what wandb.Image does since 0.20.1, bit for bit: Unit if all values are in [0, 1], Signed if all
///    are in [-1, 1], else Byte, computed in the tensor's own dtype. Not for Mode::I16.
enum class Range { Auto, Unit, Signed, Byte, MinMax, Wandb };

/// Corners (x0, y0, x1, y1), corner and size (x, y, w, h), or centre and size (cx, cy, w, h).
enum class BoxFormat { XYXY, XYWH, CXCYWH };

/// Pure functions from tensors to tensors. Every function runs on its input's device and current stream,
/// detaches from autograd, never waits for an accelerator (except encode_png), and may be called from any thread.
/// A result may share memory with the input where nothing had to change. On the CPU to_pixels, to_labels and
/// make_grid leave LibTorch's threads to the program, and their results may be in memory of earlier results that
/// are gone: such a tensor cannot be resized beyond its size.
namespace ops {

/// A picture as bytes.
/// image: [H,W], [C,H,W] or [H,W,C] with C from 1 to 4, or a batch [N,C,H,W] or [N,H,W,C]; any real dtype
/// (bool, integers, half, bfloat16, float, double, quantized), any strides.
/// Returns uint8 [H,W,C] (a batch: [N,H,W,C]), contiguous, in the channels of mode; for Mode::I16 int32 [H,W,1] in
/// 0..65535. MinMax and Wandb look at each picture of a batch by itself.
/// Throws c10::ValueError for another shape, an empty tensor, or a mode and range that exclude each other;
/// c10::TypeError for complex, meta, sparse and undefined tensors. Half and bfloat16 compute in float32.
at::Tensor to_pixels(const at::Tensor& image, Mode mode = Mode::Auto, Range range = Range::Auto,
                     Layout layout = Layout::Auto);

/// Class ids as bytes.
/// mask: [H,W], [1,H,W] or [H,W,1]; bool, any integer dtype, or floating point with integral values.
/// Returns uint8 [H,W]. Ids outside 0..255 and fractions throw c10::ValueError on the CPU; on an accelerator,
/// where looking would mean waiting, such ids become 0 and invalid_labels() counts them.
at::Tensor to_labels(const at::Tensor& mask);

/// How many elements of mask to_labels() cannot represent: int64, no dimensions, on mask's device.
at::Tensor invalid_labels(const at::Tensor& mask);

/// boxes: [N,4] of any real dtype. Returns [N,4] corners; integers stay integers except for CXCYWH,
/// which gives float64 for them. half and bfloat16 give float32. Throws c10::ValueError for another shape.
at::Tensor to_xyxy(const at::Tensor& boxes, BoxFormat from);

/// torchvision.utils.make_grid's layout: row after row of min(columns, N) images, `padding` black pixels around
/// each; one image is returned as it is.
/// images: [N,C,H,W], any dtype. Returns [C,H',W'] of that dtype.
at::Tensor make_grid(const at::Tensor& images, std::int64_t columns = 8, std::int64_t padding = 2);

/// numpy.histogram's rule: equal bins from the smallest to the largest finite value, half open, the last
/// one closed. values: any shape and real dtype, bins from 1 to 512 (W&B's limit).
/// Returns counts, int64 [bins], and edges [bins+1], float32 or float64 for double and integer input. NaN and
/// infinities are in no bin: their number is values.numel() - counts.sum(). No finite value: edges from 0 to 1.
std::tuple<at::Tensor, at::Tensor> histogram_counts(const at::Tensor& values, std::int64_t bins = 64);

/// PNG files of pictures, encoded where the pixels are: filters, codes and packing are tensor operations, and only
/// counts and compressed bytes come to the host. Waits for the device, for the counts and for the files.
/// pixels: uint8 [H,W,C] or [N,H,W,C] with C from 1 to 4 (grey, grey and alpha, RGB, RGBA), or int32 with one
/// channel in 0..65535 for 16-bit grey, as to_pixels() makes them; of other numbers the lowest 16 bits are taken.
/// Returns the bytes of each picture's file, uint8 on the CPU. They do not depend on what else is in the batch;
/// those of a turn share their memory, which is pinned where the pixels are on a CUDA device.
/// Each row has the filter that suits it and each band of rows a code of its own; bytes that were there up to four
/// pixels before become matches. So photographs, and masks, become about as small as libpng's at level 6. Where
/// shapes come again farther away, as letters do, libpng's files are smaller.
/// Batches are encoded in turns of 32 MiB of pixels, or of one larger picture: the device has the next one's work
/// while the host has its own with one. That takes about 26 times a turn's pixels of the device's memory.
/// The CPU is slow at it; a run has another encoder.
/// Throws c10::TypeError for another dtype and for meta, sparse and undefined tensors; c10::ValueError for another
/// shape, an empty tensor, sides above 65500 and pictures of over a gigabyte.
std::vector<at::Tensor> encode_png(const at::Tensor& pixels);

}  // namespace ops
}  // namespace sconce
