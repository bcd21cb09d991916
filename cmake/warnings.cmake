# Warnings are ours alone: PRIVATE, and errors only where a preset says so, whatever a project that adds this folder
# wants for its own code.
option(SCONCE_WARNINGS_AS_ERRORS "Treat warnings as errors" OFF)

function(sconce_warnings target)
  target_compile_options(${target} PRIVATE
    $<$<CXX_COMPILER_ID:GNU,Clang,AppleClang>:-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion
      -Wnon-virtual-dtor -Woverloaded-virtual>
    $<$<BOOL:${SCONCE_WARNINGS_AS_ERRORS}>:$<$<CXX_COMPILER_ID:GNU,Clang,AppleClang>:-Werror>>)
endfunction()
