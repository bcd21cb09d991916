#include "terminal/value_history.h"

namespace sconce::terminal {

void ValueHistory::keep(double value) {
  values_.push_back(value);
  due_ = stride_;
  if (values_.size() == kMost) {
    for (std::size_t i = 0; i < kMost / 2; ++i) {
      values_[i] = values_[2 * i];
    }
    values_.resize(kMost / 2);
    stride_ *= 2;
  }
}

}  // namespace sconce::terminal
