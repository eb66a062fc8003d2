# A layer is an object library of its own, so that each folder of lib/ compiles and is tested
# without the layers above it; cmake/library.cmake joins them into wrun::wrun.
set_property(GLOBAL PROPERTY WRUN_LAYERS "")

add_library(wrun_options INTERFACE)
target_compile_features(wrun_options INTERFACE cxx_std_20)
target_compile_options(wrun_options INTERFACE -Wall -Wextra -Wpedantic -Wshadow)
# g++ 12 sees overlapping copies in concatenated strings where there are none (GCC bug 105651).
target_compile_options(wrun_options INTERFACE $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>)
if(WRUN_WERROR)
  target_compile_options(wrun_options INTERFACE -Werror)
endif()
target_include_directories(wrun_options INTERFACE
  ${PROJECT_SOURCE_DIR} ${PROJECT_SOURCE_DIR}/include)
# WRUN_API marks what a shared library exports; a static one needs no marks.
if(BUILD_SHARED_LIBS)
  target_compile_definitions(wrun_options INTERFACE WRUN_BUILDING)
else()
  target_compile_definitions(wrun_options INTERFACE WRUN_STATIC)
endif()

# Instrumented code takes twice as long to compile with optimization as without. What guests spend
# their time in and what compiles them is worth it, and nothing else is.
set(optimized_layers)
if(WRUN_SANITIZE)
  set(optimized_layers wasm runtime interp jit)
endif()

# Most of the library is compiled for size where a build is for speed, since guests spend little time
# in it, and all but the handlers where a build is for size, as MinSizeRel is. Only what may throw has
# tables to be unwound by.
set(wrun_size_options)
set(wrun_for_size OFF)
string(TOUPPER "${CMAKE_BUILD_TYPE}" build_type)
set(build_flags "${CMAKE_CXX_FLAGS} ${CMAKE_CXX_FLAGS_${build_type}}")
if(NOT WRUN_SANITIZE AND build_flags MATCHES "-O[23]")
  set(wrun_size_options -Os -fno-asynchronous-unwind-tables)
elseif(NOT WRUN_SANITIZE AND build_flags MATCHES "-O[sz]")
  set(wrun_for_size ON)
  # A function's entry in those tables is shorter if its frame has a pointer, and may be larger than
  # the function is that clang wouldn't inline. g++ merges equal functions without being told.
  set(wrun_size_options -Oz -fno-asynchronous-unwind-tables -fno-omit-frame-pointer
    "$<$<CXX_COMPILER_ID:Clang>:SHELL:-mllvm -inline-threshold=30 -Xclang -fmerge-functions>")
endif()
# Most other loops run a few times, but for the validator's: vectors and unrolling make them larger
# only.
set(wrun_short_loops)
if(wrun_size_options)
  set(wrun_short_loops -fno-unroll-loops $<$<CXX_COMPILER_ID:GNU>:-fno-tree-vectorize>
    $<$<CXX_COMPILER_ID:Clang>:-fno-vectorize> $<$<CXX_COMPILER_ID:Clang>:-fno-slp-vectorize>)
endif()
# What g++ makes unique in a process keeps a shared object that has it from being unloaded.
target_compile_options(wrun_options INTERFACE $<$<CXX_COMPILER_ID:GNU>:-fno-gnu-unique>)
# All messages do without these numbers, and what writes them is large.
target_compile_definitions(wrun_options INTERFACE FMT_USE_LONG_DOUBLE=0)
if(TARGET wrun_fmt)
  target_compile_options(wrun_fmt PRIVATE ${wrun_size_options} -ffunction-sections -fdata-sections
    $<$<CXX_COMPILER_ID:GNU>:-fno-gnu-unique>)
  target_compile_definitions(wrun_fmt PRIVATE FMT_USE_LONG_DOUBLE=0)
endif()

set(handler_parts "_(v[0-9]|handlers)$")

# An object library of a layer, or of a part of it.
function(wrun_layer_part name)
  add_library(wrun_${name} OBJECT ${ARGN})
  if(name IN_LIST optimized_layers)
    target_compile_options(wrun_${name} PRIVATE -O1)
  endif()
  # So that a linker can leave out what a program doesn't use.
  target_compile_options(wrun_${name} PRIVATE -ffunction-sections -fdata-sections)
  target_link_libraries(wrun_${name} PRIVATE wrun_options ZLIB::ZLIB Threads::Threads)
  set_target_properties(wrun_${name} PROPERTIES
    CXX_EXTENSIONS OFF
    CXX_VISIBILITY_PRESET hidden
    VISIBILITY_INLINES_HIDDEN ON
    POSITION_INDEPENDENT_CODE ON)
  # Handlers take the compiler much longer than the headers do, and tests look at each file of them.
  if(NOT name MATCHES "${handler_parts}")
    wrun_unity(wrun_${name})
  endif()
  set_property(GLOBAL APPEND PROPERTY WRUN_LAYERS wrun_${name})
endfunction()

# wrun_layer(name [sources...] [SMALL sources...]) adds the object library wrun_<name>; what comes
# after SMALL is compiled for size, and is wrun_<name>_small if there is both. Debuggers find their
# way through what is compiled for speed: WebAssembly's callers have to be there.
# wrun_<name>_<part> is a part of the layer that is compiled in another way than the rest.
function(wrun_layer name)
  cmake_parse_arguments(arg "" "" "SMALL" ${ARGN})
  set(quick ${arg_UNPARSED_ARGUMENTS})
  set(small ${arg_SMALL})
  if(NOT wrun_size_options)
    list(APPEND quick ${small})
    set(small)
  elseif(wrun_for_size AND NOT name MATCHES "${handler_parts}")
    list(PREPEND small ${quick})
    set(quick)
  endif()
  if(quick)
    wrun_layer_part(${name} ${quick})
    if(wrun_short_loops AND name MATCHES "^(runtime|interp|api)$")
      target_compile_options(wrun_${name} PRIVATE ${wrun_short_loops})
    endif()
    set(part ${name}_small)
  else()
    set(part ${name})
  endif()
  if(small)
    wrun_layer_part(${part} ${small})
    target_compile_options(wrun_${part} PRIVATE ${wrun_size_options})
  endif()
endfunction()

# wrun_layer_includes(name [SYSTEM] folders...): where a layer finds headers of its own.
function(wrun_layer_includes name)
  cmake_parse_arguments(arg "SYSTEM" "" "" ${ARGN})
  set(system)
  if(arg_SYSTEM)
    set(system SYSTEM)
  endif()
  foreach(target IN ITEMS wrun_${name} wrun_${name}_small)
    if(TARGET ${target})
      target_include_directories(${target} ${system} PRIVATE ${arg_UNPARSED_ARGUMENTS})
    endif()
  endforeach()
endfunction()
