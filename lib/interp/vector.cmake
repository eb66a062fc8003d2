# Vector instructions, once more for x86-64-v2, where that isn't what all is compiled for already, and
# the build isn't for size. Only with optimization: what isn't inlined would be compiled for x86-64-v2
# under names that other files use too.
include(CheckCXXCompilerFlag)
include(CheckCXXSourceCompiles)

set(CMAKE_TRY_COMPILE_CONFIGURATION "${CMAKE_BUILD_TYPE}")
check_cxx_source_compiles("
  #if !defined(__x86_64__) || defined(__SSE4_2__) || !defined(__OPTIMIZE__)
  #error
  #endif
  int main() {}" WRUN_BASELINE_LACKS_X86_64_V2)
check_cxx_compiler_flag(-march=x86-64-v2 WRUN_KNOWS_X86_64_V2)
unset(CMAKE_TRY_COMPILE_CONFIGURATION)

if(WRUN_BASELINE_LACKS_X86_64_V2 AND WRUN_KNOWS_X86_64_V2 AND NOT WRUN_SANITIZE
   AND NOT wrun_for_size)
  wrun_layer(interp_v2 handlers_vector_compute.cpp)
  target_compile_options(wrun_interp_v2 PRIVATE -march=x86-64-v2 ${handler_options})
  target_include_directories(wrun_interp_v2 PRIVATE ${WRUN_DISPATCH_DIR})
  target_compile_definitions(wrun_interp_handlers PRIVATE WRUN_X86_64_V2)
endif()
