# A process starts sooner the less there is to map and to relocate. A libc too old for the compact
# form of relocations would refuse the command, so it is asked of this one.
include(CheckCXXSourceCompiles)
include(CheckCXXSourceRuns)
set(WRUN_COMMAND_LINK_OPTIONS)
set(CMAKE_REQUIRED_LINK_OPTIONS -Wl,--gc-sections)
check_cxx_source_compiles("int main() {}" WRUN_LINKS_WITHOUT_DEAD_SECTIONS)
if(WRUN_LINKS_WITHOUT_DEAD_SECTIONS)
  list(APPEND WRUN_COMMAND_LINK_OPTIONS -Wl,--gc-sections)
endif()
if(NOT CMAKE_CROSSCOMPILING)
  set(CMAKE_REQUIRED_LINK_OPTIONS -Wl,-z,pack-relative-relocs)
  check_cxx_source_runs("
    static int value;
    int* const volatile address = &value;
    int main() { return address == &value ? 0 : 1; }" WRUN_RUNS_WITH_PACKED_RELOCATIONS)
  if(WRUN_RUNS_WITH_PACKED_RELOCATIONS)
    list(APPEND WRUN_COMMAND_LINK_OPTIONS -Wl,-z,pack-relative-relocs)
  endif()
endif()
unset(CMAKE_REQUIRED_LINK_OPTIONS)

# A command that runs wherever its libc does: everything but libc and libm is linked statically.
# A sanitizer's run-time library must see the shared C++ library, so there it stays shared.
function(wrun_command name)
  add_executable(${name} ${ARGN})
  target_link_libraries(${name} PRIVATE wrun_internal)
  target_compile_options(${name} PRIVATE -ffunction-sections)
  set_target_properties(${name} PROPERTIES
    CXX_EXTENSIONS OFF
    CXX_VISIBILITY_PRESET hidden
    VISIBILITY_INLINES_HIDDEN ON)
  if(NOT WRUN_SANITIZE)
    target_link_options(${name} PRIVATE -static-libstdc++ -static-libgcc ${WRUN_COMMAND_LINK_OPTIONS})
  endif()
endfunction()
