# wrun_dependency(NAME) finds a package, or fetches its pinned version where
# WRUN_FETCH_DEPENDENCIES allows it and the system has none.
include(FetchContent)
set(FETCHCONTENT_QUIET OFF)

function(wrun_pin name repository commit)
  FetchContent_Declare(${name}
    GIT_REPOSITORY https://github.com/${repository}.git
    GIT_TAG ${commit})
endfunction()

if(WRUN_FETCH_DEPENDENCIES)
  set(SKIP_INSTALL_ALL ON) # zlib's word for its install rules
  set(INSTALL_GTEST OFF)
  set(BUILD_GMOCK OFF)
  wrun_pin(fmt fmtlib/fmt a33701196adfad74917046096bf5a2aa0ab0bb50) # 9.1.0
  wrun_pin(ZLIB madler/zlib 51b7f2abdade71cd9bb0e7a373ef2610ec6f9daf) # 1.3.1
  wrun_pin(CLI11 CLIUtils/CLI11 70f8072f9dd2292fd0b9f9e5f58e279f60483ed3) # 2.1.2
  wrun_pin(nlohmann_json nlohmann/json bc889afb4c5bf1c0d8ee29ef35eaaf4c8bef8a5d) # 3.11.2
  wrun_pin(GTest google/googletest 58d77fa8070e8cec2dc1ed015d66b454c8d78850) # 1.12.1
endif()

macro(wrun_dependency name)
  if(WRUN_FETCH_DEPENDENCIES)
    find_package(${name} QUIET)
    if(NOT ${name}_FOUND)
      FetchContent_MakeAvailable(${name})
    endif()
    if("${name}" STREQUAL "ZLIB" AND NOT TARGET ZLIB::ZLIB)
      set_target_properties(zlibstatic PROPERTIES POSITION_INDEPENDENT_CODE ON)
      add_library(ZLIB::ZLIB INTERFACE IMPORTED GLOBAL)
      target_include_directories(ZLIB::ZLIB INTERFACE ${zlib_SOURCE_DIR} ${zlib_BINARY_DIR})
      target_link_libraries(ZLIB::ZLIB INTERFACE zlibstatic)
    endif()
  else()
    find_package(${name} REQUIRED)
  endif()
endmacro()
