# How the command is laid out in memory, for processes that start soon and hold little: see
# script.ld.in. Linkers that don't know such scripts do without.
set(layout ${CMAKE_CURRENT_LIST_DIR})
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS
  ${layout}/script.ld.in ${layout}/start.txt)

# wrun_write_layout(path FILES) writes the script for a program whose objects' names contain FILES.
function(wrun_write_layout path WRUN_LATE_FILES)
  file(STRINGS ${layout}/start.txt functions REGEX "^[^#]")
  list(TRANSFORM functions PREPEND "*(.text.")
  list(TRANSFORM functions APPEND ")")
  list(JOIN functions "\n    " WRUN_START_SECTIONS)
  configure_file(${layout}/script.ld.in ${path} @ONLY)
endfunction()

set(WRUN_LAYOUT_FILES layout/initialisers_early.cpp)
if(CMAKE_CROSSCOMPILING OR WRUN_SANITIZE)
  return()
endif()
set(script ${CMAKE_CURRENT_BINARY_DIR}/probe.ld)
wrun_write_layout(${script} cmTC_)
set(CMAKE_REQUIRED_LINK_OPTIONS -Wl,-T,${script})
file(READ ${layout}/probe.cpp probe)
check_cxx_source_runs("${probe}" WRUN_LINKS_BY_SCRIPT)
unset(CMAKE_REQUIRED_LINK_OPTIONS)
if(WRUN_LINKS_BY_SCRIPT)
  set(WRUN_LAYOUT_FILES layout/initialisers_late.cpp)
  set(WRUN_LAYOUT_SCRIPT ${CMAKE_CURRENT_BINARY_DIR}/script.ld)
  wrun_write_layout(${WRUN_LAYOUT_SCRIPT} /wrun.dir/)
endif()
# With its few functions of libm in the command itself, that library needn't be loaded.
if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|AMD64|amd64)$")
  list(APPEND WRUN_LAYOUT_FILES layout/rounding.cpp)
  set_source_files_properties(layout/rounding.cpp PROPERTIES
    COMPILE_OPTIONS -fno-builtin)
endif()
