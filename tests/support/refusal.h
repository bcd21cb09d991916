#pragma once

#include <c10/util/Exception.h>

#include <string>
#include <utility>

namespace sconce::test {

/// The message of the Error that call throws, or what happened instead.
template <typename Error, typename Call>
std::string refusal(Call&& call) {
  try {
    std::forward<Call>(call)();
  } catch (const Error& error) {
    return error.what_without_backtrace();
  } catch (const c10::Error& error) {
    return std::string("another kind of error: ") + error.what_without_backtrace();
  }
  return "nothing was thrown";
}

}  // namespace sconce::test
