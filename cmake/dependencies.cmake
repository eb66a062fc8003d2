# System packages first. WRUN_FETCH_DEPENDENCIES downloads the pinned version of what is missing.
include(cmake/fetch.cmake)
wrun_dependency(ZLIB)
find_package(Threads REQUIRED)

# Where the processor has no atomic instructions for bytes, such as RISC-V, a library has them.
include(CheckCXXSourceCompiles)
set(WRUN_ATOMIC_LIBRARY)
check_cxx_source_compiles("
  unsigned char value;
  int main() { return __atomic_fetch_xor(&value, 1, __ATOMIC_SEQ_CST); }" WRUN_HAS_ATOMIC_BYTES)
if(NOT WRUN_HAS_ATOMIC_BYTES)
  set(WRUN_ATOMIC_LIBRARY atomic)
endif()

# The archive, where there is one, so that a program linked with wrun needs no shared zlib.
add_library(wrun_zlib INTERFACE)
find_library(WRUN_ZLIB_ARCHIVE libz.a)
mark_as_advanced(WRUN_ZLIB_ARCHIVE)
if(WRUN_ZLIB_ARCHIVE AND NOT TARGET zlibstatic)
  target_link_libraries(wrun_zlib INTERFACE ${WRUN_ZLIB_ARCHIVE})
else()
  target_link_libraries(wrun_zlib INTERFACE ZLIB::ZLIB)
endif()

# Without a compiler, everything is interpreted.
set(WRUN_HAS_JIT OFF)
if(WRUN_JIT AND CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|AMD64|amd64)$")
  find_path(WRUN_XBYAK_INCLUDE_DIR xbyak/xbyak.h)
  mark_as_advanced(WRUN_XBYAK_INCLUDE_DIR)
  if(WRUN_XBYAK_INCLUDE_DIR)
    set(WRUN_HAS_JIT ON)
  else()
    message(STATUS "wrun: no xbyak, so no compiler")
  endif()
endif()

# Without libffi, native functions are errors. The archive is for static libraries, as zlib's is.
if(WRUN_NATIVE)
  find_path(WRUN_FFI_INCLUDE_DIR ffi.h)
  find_library(WRUN_FFI_LIBRARY ffi)
  find_library(WRUN_FFI_ARCHIVE NAMES libffi_pic.a libffi.a)
  mark_as_advanced(WRUN_FFI_INCLUDE_DIR WRUN_FFI_LIBRARY WRUN_FFI_ARCHIVE)
  if(WRUN_FFI_INCLUDE_DIR AND WRUN_FFI_LIBRARY)
    add_library(wrun_ffi INTERFACE)
    if(WRUN_FFI_ARCHIVE)
      target_link_libraries(wrun_ffi INTERFACE ${WRUN_FFI_ARCHIVE} ${CMAKE_DL_LIBS})
    else()
      target_link_libraries(wrun_ffi INTERFACE ${WRUN_FFI_LIBRARY} ${CMAKE_DL_LIBS})
    endif()
  else()
    message(STATUS "wrun: no libffi, so no native functions")
  endif()
endif()

# The library doesn't use fmt. Its out-of-line part goes into the command itself, since Debian has no
# archive of it.
if(WRUN_BUILD_TOOLS OR WRUN_BUILD_TESTS OR WRUN_BUILD_BENCH)
  wrun_dependency(fmt)
  get_target_property(fmt_includes fmt::fmt INTERFACE_INCLUDE_DIRECTORIES)
  add_library(wrun_fmt OBJECT ${PROJECT_SOURCE_DIR}/cmake/fmt.cpp)
  target_include_directories(wrun_fmt SYSTEM PRIVATE ${fmt_includes})
  target_compile_features(wrun_fmt PRIVATE cxx_std_20)
  set_target_properties(wrun_fmt PROPERTIES
    CXX_VISIBILITY_PRESET hidden
    VISIBILITY_INLINES_HIDDEN ON
    POSITION_INDEPENDENT_CODE ON)
endif()
