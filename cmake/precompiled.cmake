# wrun_precompile(target SET headers...): with WRUN_PRECOMPILE, what most files of the target
# include is compiled once for all targets of one SET, which have to be compiled alike. Off by
# default: files have to include what they use, and ccache keeps nothing with it.

set(WRUN_PRECOMPILED_STANDARD
  <algorithm> <array> <atomic> <bit> <cerrno> <charconv> <chrono> <cstring> <functional> <limits>
  <map> <memory> <mutex> <new> <optional> <span> <string> <string_view> <tuple> <type_traits>
  <unordered_map> <utility> <variant> <vector> <fmt/format.h>)

function(wrun_precompile target set)
  if(NOT WRUN_PRECOMPILE)
    return()
  endif()
  get_property(owner GLOBAL PROPERTY WRUN_PRECOMPILED_${set})
  if(owner)
    target_precompile_headers(${target} REUSE_FROM ${owner})
  else()
    target_precompile_headers(${target} PRIVATE ${WRUN_PRECOMPILED_STANDARD} ${ARGN})
    set_property(GLOBAL PROPERTY WRUN_PRECOMPILED_${set} ${target})
  endif()
endfunction()
