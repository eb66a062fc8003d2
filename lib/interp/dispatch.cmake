# WRUN_DISPATCH_DIR: the dispatch policy whose header handlers are compiled with. Tail calls where
# a probe, compiled with this build's flags, finds that they don't grow the native stack.
set(WRUN_DISPATCH "auto" CACHE STRING "How the interpreter dispatches: auto, tail, loop, or count (for bench/sequences)")
set_property(CACHE WRUN_DISPATCH PROPERTY STRINGS auto tail loop count)

function(wrun_probe_tail_calls result)
  if(CMAKE_CROSSCOMPILING AND NOT CMAKE_CROSSCOMPILING_EMULATOR)
    # The probe can't run. clang's tail calls are an attribute, g++'s an optimization.
    string(COMPARE EQUAL "${CMAKE_CXX_COMPILER_ID}" "Clang" holds)
    set(${result} ${holds} PARENT_SCOPE)
    return()
  endif()
  set(CMAKE_TRY_COMPILE_CONFIGURATION "${CMAKE_BUILD_TYPE}")
  if(WRUN_SANITIZE)
    set(sanitize -fsanitize=${WRUN_SANITIZE})
  endif()
  try_run(exit_code compiled ${PROJECT_BINARY_DIR}/dispatch_probe
    ${CMAKE_CURRENT_SOURCE_DIR}/dispatch/probe.cpp
    CMAKE_FLAGS "-DINCLUDE_DIRECTORIES=${CMAKE_CURRENT_SOURCE_DIR}/dispatch/tail;${PROJECT_SOURCE_DIR};${PROJECT_SOURCE_DIR}/include"
    COMPILE_DEFINITIONS -fPIC -DWRUN_STATIC ${sanitize}
    LINK_OPTIONS ${sanitize}
    LINK_LIBRARIES Threads::Threads
    CXX_STANDARD 20 CXX_STANDARD_REQUIRED ON CXX_EXTENSIONS OFF
    COMPILE_OUTPUT_VARIABLE output)
  if(NOT compiled)
    message(WARNING "The probe for tail calls doesn't compile, so the interpreter will loop:\n${output}")
  endif()
  if(compiled AND exit_code EQUAL 0)
    set(${result} TRUE PARENT_SCOPE)
  else()
    set(${result} FALSE PARENT_SCOPE)
  endif()
endfunction()

set(flags "${CMAKE_CXX_COMPILER} ${CMAKE_CXX_FLAGS} ${CMAKE_BUILD_TYPE} ${WRUN_SANITIZE}")
if(NOT "${WRUN_DISPATCH_PROBED_FOR}" STREQUAL "${flags}")
  unset(exit_code CACHE)
  unset(compiled CACHE)
  wrun_probe_tail_calls(holds)
  set(WRUN_TAIL_CALLS_HOLD ${holds} CACHE INTERNAL "")
  set(WRUN_DISPATCH_PROBED_FOR "${flags}" CACHE INTERNAL "")
endif()

if(WRUN_DISPATCH STREQUAL "auto")
  if(WRUN_TAIL_CALLS_HOLD)
    set(policy tail)
  else()
    set(policy loop)
  endif()
else()
  set(policy ${WRUN_DISPATCH})
endif()
message(STATUS "Interpreter dispatch: ${policy}")
set(WRUN_DISPATCH_DIR ${CMAKE_CURRENT_SOURCE_DIR}/dispatch/${policy})
