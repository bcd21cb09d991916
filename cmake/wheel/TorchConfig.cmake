# PyPI's torch for Linux is built with CUDA, and its own TorchConfig.cmake wants the CUDA toolkit, for which a program
# without CUDA code has no use. This one names the same libraries and asks for nothing:
#   cmake -DTorch_DIR=<this folder> -DSCONCE_TORCH_WHEEL=<.../site-packages/torch>
if(NOT EXISTS "${SCONCE_TORCH_WHEEL}/include/ATen/ATen.h")
  set(Torch_FOUND FALSE)
  set(Torch_NOT_FOUND_MESSAGE "SCONCE_TORCH_WHEEL names no folder of a torch wheel: '${SCONCE_TORCH_WHEEL}'")
  return()
endif()
if(NOT TARGET torch)
  add_library(torch INTERFACE IMPORTED)
  set_target_properties(torch PROPERTIES
    INTERFACE_INCLUDE_DIRECTORIES
      "${SCONCE_TORCH_WHEEL}/include;${SCONCE_TORCH_WHEEL}/include/torch/csrc/api/include"
    INTERFACE_LINK_LIBRARIES
      "${SCONCE_TORCH_WHEEL}/lib/libtorch.so;${SCONCE_TORCH_WHEEL}/lib/libtorch_cpu.so;${SCONCE_TORCH_WHEEL}/lib/libc10.so"
    # What they need of CUDA they find at run time, in the packages beside torch.
    INTERFACE_LINK_OPTIONS "LINKER:--unresolved-symbols=ignore-in-shared-libs")
  # The wheel says which C++ it was built as.
  file(STRINGS "${SCONCE_TORCH_WHEEL}/share/cmake/Torch/TorchConfig.cmake" torch_standard REGEX "CXX_STANDARD [0-9]+")
  string(REGEX MATCH "[0-9]+" torch_standard "${torch_standard}")
  set_target_properties(torch PROPERTIES CXX_STANDARD "${torch_standard}")
endif()
set(TORCH_LIBRARIES torch)
set(Torch_FOUND TRUE)
