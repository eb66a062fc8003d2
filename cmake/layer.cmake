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

# wrun_layer(name sources...) adds the object library wrun_<name>.
function(wrun_layer name)
  add_library(wrun_${name} OBJECT ${ARGN})
  if(name IN_LIST optimized_layers)
    target_compile_options(wrun_${name} PRIVATE -O1)
  endif()
  target_link_libraries(wrun_${name} PRIVATE wrun_options fmt::fmt ZLIB::ZLIB Threads::Threads)
  set_target_properties(wrun_${name} PROPERTIES
    CXX_EXTENSIONS OFF
    CXX_VISIBILITY_PRESET hidden
    VISIBILITY_INLINES_HIDDEN ON
    POSITION_INDEPENDENT_CODE ON)
  if(name IN_LIST optimized_layers)
    wrun_precompile(wrun_${name} optimized_layers)
  elseif(NOT name MATCHES "_v[0-9]$") # compiled for another processor than the rest
    wrun_precompile(wrun_${name} layers)
  endif()
  set_property(GLOBAL APPEND PROPERTY WRUN_LAYERS wrun_${name})
endfunction()
