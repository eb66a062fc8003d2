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

# Most of the library is compiled for size where a build is optimized at all, since guests spend
# little time in it. Only what may throw has tables to be unwound by.
set(wrun_speed_options)
set(wrun_size_options)
string(TOUPPER "${CMAKE_BUILD_TYPE}" build_type)
if(NOT WRUN_SANITIZE AND "${CMAKE_CXX_FLAGS} ${CMAKE_CXX_FLAGS_${build_type}}" MATCHES "-O[23]")
  set(wrun_speed_options ${CMAKE_MATCH_0} -fasynchronous-unwind-tables)
  set(wrun_size_options -Os -fno-asynchronous-unwind-tables)
endif()
target_compile_options(wrun_fmt PRIVATE ${wrun_size_options} -ffunction-sections -fdata-sections)
# All of the library's messages do without these numbers, and what writes them is large.
target_compile_definitions(wrun_options INTERFACE FMT_USE_LONG_DOUBLE=0)
target_compile_definitions(wrun_fmt PRIVATE FMT_USE_LONG_DOUBLE=0)

# wrun_layer(name [SMALL] sources...) adds the object library wrun_<name>; SMALL: compiled for size.
# wrun_<name>_<part> is a part of the layer that is compiled in another way than the rest.
function(wrun_layer name)
  cmake_parse_arguments(arg "SMALL" "" "" ${ARGN})
  add_library(wrun_${name} OBJECT ${arg_UNPARSED_ARGUMENTS})
  if(name IN_LIST optimized_layers)
    target_compile_options(wrun_${name} PRIVATE -O1)
  endif()
  # So that a linker can leave out what a program doesn't use.
  target_compile_options(wrun_${name} PRIVATE -ffunction-sections -fdata-sections)
  if(arg_SMALL AND wrun_size_options)
    target_compile_options(wrun_${name} PRIVATE ${wrun_size_options})
  endif()
  target_link_libraries(wrun_${name} PRIVATE wrun_options fmt::fmt ZLIB::ZLIB Threads::Threads)
  set_target_properties(wrun_${name} PROPERTIES
    CXX_EXTENSIONS OFF
    CXX_VISIBILITY_PRESET hidden
    VISIBILITY_INLINES_HIDDEN ON
    POSITION_INDEPENDENT_CODE ON)
  # Handlers take the compiler much longer than the headers do, and tests look at each file of them.
  if(NOT name MATCHES "_(v[0-9]|handlers)$")
    wrun_unity(wrun_${name})
  endif()
  set_property(GLOBAL APPEND PROPERTY WRUN_LAYERS wrun_${name})
endfunction()

# wrun_quick_sources(sources...): those of a SMALL layer that are compiled for speed after all.
# Debuggers find their way through these, too: WebAssembly's callers are among them.
function(wrun_quick_sources)
  if(wrun_speed_options)
    set_source_files_properties(${ARGN} PROPERTIES
      COMPILE_OPTIONS "${wrun_speed_options}")
  endif()
endfunction()

# wrun_small_sources(sources...): those of another layer that are compiled for size.
function(wrun_small_sources)
  if(wrun_size_options)
    set_source_files_properties(${ARGN} PROPERTIES
      COMPILE_OPTIONS "${wrun_size_options}")
  endif()
endfunction()
