# SCONCE_HAVE_C10D: LibTorch was built with its process groups. SCONCE_HAVE_GLOO: Gloo's can be made in C++, which takes
# the headers of Gloo, too (Debian: libgloo-dev; PyPI's torch has none). The tests and the example want Gloo, the
# library is for any process group.
include(CheckCXXSourceCompiles)

function(sconce_check_c10d result what source)
  set(CMAKE_REQUIRED_LIBRARIES ${TORCH_LIBRARIES})
  set(CMAKE_REQUIRED_QUIET ON)  # LibTorch's headers take ten seconds, and a line before and after says little
  set(CMAKE_CXX_STANDARD ${standard})
  set(CMAKE_CXX_STANDARD_REQUIRED ON)
  check_cxx_source_compiles("${source}" ${result})
  if(NOT ${result})
    message(STATUS "sconce: this LibTorch has no ${what}")
  endif()
endfunction()

sconce_check_c10d(SCONCE_HAVE_C10D "c10d, so there is no sconce::distributed" "
#include <torch/csrc/distributed/c10d/Backend.hpp>
#include <torch/csrc/distributed/c10d/ProcessGroup.hpp>
int main() { return c10d::opTypeToString(c10d::OpType::GATHER).empty() ? 1 : 0; }")

if(SCONCE_HAVE_C10D AND (SCONCE_BUILD_TESTS OR SCONCE_BUILD_EXAMPLES))
  sconce_check_c10d(SCONCE_HAVE_GLOO "Gloo for C++ programs, so tests/distributed and train_ranks are left out" "
#include <torch/csrc/distributed/c10d/FileStore.hpp>
#include <torch/csrc/distributed/c10d/ProcessGroupGloo.hpp>
int main() {
  const auto options = c10d::ProcessGroupGloo::Options::create();
  options->devices.push_back(c10d::ProcessGroupGloo::createDeviceForHostname(\"127.0.0.1\"));
  c10d::ProcessGroupGloo group(c10::make_intrusive<c10d::FileStore>(\"store\", 1), 0, 1, options);
  return group.getRank();
}")
endif()
