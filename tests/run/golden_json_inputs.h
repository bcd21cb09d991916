#pragma once

#include <ATen/ATen.h>
#include <cstdint>
#include <initializer_list>

#include "sconce/sconce.h"

namespace sconce::test {

// The pictures of the cases: three of 3 x 2 pixels, and one of 5 x 4.
inline constexpr const char* kA = "725b5d0fef530711aed3";
inline constexpr const char* kB = "3748f711f5d642c362a3";
inline constexpr const char* kC = "7b121df1cbcb9a1e8511";
inline constexpr const char* kLarge = "156e857ebb3adcee8335";

inline ImageOptions caption(const char* text) { return ImageOptions().caption(text); }
inline ImageOptions mask(const char* name, const Mask& layer) { return ImageOptions().masks({{name, layer}}); }
inline ImageOptions boxes(const char* name, const Boxes& layer) { return ImageOptions().boxes({{name, layer}}); }

inline Classes classes() { return Classes({{0, "bg"}, {1, "car"}, {3, "house"}}); }

inline at::Tensor labels_a() { return at::tensor({0, 1, 2, 3, 128, 255}).reshape({2, 3}); }
inline at::Tensor labels_b() { return at::tensor({3, 128, 255, 0, 1, 2}).reshape({2, 3}); }

inline at::Tensor box(std::initializer_list<double> coordinates) {
  return at::tensor(coordinates).reshape({1, static_cast<std::int64_t>(coordinates.size())});
}

template <typename T>
at::Tensor one(T value) {
  return at::tensor(at::ArrayRef<T>(value));
}

inline BoxesOptions fractions() { return BoxesOptions().normalized(true); }
inline BoxesOptions fractions(std::int64_t class_id) { return fractions().labels(one(class_id)); }

/// minX 0.1, maxX 0.2, minY 0.3, maxY 0.4
inline at::Tensor small_box() { return box({0.1, 0.3, 0.2, 0.4}); }
inline Boxes car() { return Boxes(small_box(), fractions(1).classes(classes())); }

inline Boxes building() {
  return Boxes(at::tensor({150, 20, 68, 112}).reshape({1, 4}),
               BoxesOptions()
                   .format(BoxFormat::CXCYWH)
                   .labels(one(std::int64_t{3}))
                   .captions({"a building"})
                   .scores({{"acc", one(0.5)}, {"loss", one(1.25)}})
                   .classes(classes()));
}

}  // namespace sconce::test
