#include <ATen/core/dispatch/Dispatcher.h>

bool registered() { return c10::Dispatcher::singleton().findSchema({"sconce::to_pixels", ""}).has_value(); }
