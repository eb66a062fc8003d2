# wrun_listing: machine code as text, compiled with whoever links it. A shared Zydis is loaded when it
# is needed: starting takes longer for each library.
find_package(Zydis QUIET)
add_library(wrun_listing INTERFACE)
set(listing_sources listing.cpp)
if(NOT Zydis_FOUND)
  list(APPEND listing_sources disassembler_absent.cpp)
else()
  # For tests, too, which are in other folders.
  foreach(target IN ITEMS Zydis::Zydis Zycore::Zycore)
    if(TARGET ${target})
      set_target_properties(${target} PROPERTIES IMPORTED_GLOBAL ON)
    endif()
  endforeach()
  get_target_property(zydis Zydis::Zydis TYPE)
  if(zydis STREQUAL "SHARED_LIBRARY")
    list(APPEND listing_sources disassembler_zydis.cpp zydis_loaded.cpp)
    target_compile_definitions(wrun_listing INTERFACE
      "WRUN_ZYDIS=\"$<TARGET_SONAME_FILE_NAME:Zydis::Zydis>\"")
    target_include_directories(wrun_listing SYSTEM INTERFACE
      $<TARGET_PROPERTY:Zydis::Zydis,INTERFACE_INCLUDE_DIRECTORIES>)
    target_link_libraries(wrun_listing INTERFACE ${CMAKE_DL_LIBS})
  else()
    list(APPEND listing_sources disassembler_zydis.cpp zydis_linked.cpp)
    target_link_libraries(wrun_listing INTERFACE Zydis::Zydis)
  endif()
endif()
list(TRANSFORM listing_sources PREPEND ${CMAKE_CURRENT_SOURCE_DIR}/)
target_sources(wrun_listing INTERFACE ${listing_sources})
