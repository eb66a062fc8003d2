# wrun::wrun: every layer in one library, static or shared by BUILD_SHARED_LIBS.
# wrun_internal: the same code with nothing hidden, for the command, tests and benchmarks, which
# use layers beneath the public headers.
get_property(layers GLOBAL PROPERTY WRUN_LAYERS)
set(objects ${layers})
list(TRANSFORM objects REPLACE "(.+)" "$<TARGET_OBJECTS:\\1>")

add_library(wrun_library ${objects})
add_library(wrun::wrun ALIAS wrun_library)
set_target_properties(wrun_library PROPERTIES
  OUTPUT_NAME wrun
  EXPORT_NAME wrun
  LINKER_LANGUAGE CXX
  VERSION ${PROJECT_VERSION}
  SOVERSION ${PROJECT_VERSION_MAJOR})
target_compile_features(wrun_library PUBLIC cxx_std_20)
target_include_directories(wrun_library PUBLIC
  $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>
  $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)

if(BUILD_SHARED_LIBS)
  target_link_libraries(wrun_library PRIVATE ZLIB::ZLIB Threads::Threads)
  # Templates of the standard library that were instantiated here stay here.
  target_link_options(wrun_library PRIVATE LINKER:--exclude-libs,ALL)
  add_library(wrun_internal STATIC ${objects})
  set_target_properties(wrun_internal PROPERTIES LINKER_LANGUAGE CXX)
  target_link_libraries(wrun_internal PUBLIC wrun_zlib Threads::Threads)
  if(TARGET wrun_ffi)
    target_link_libraries(wrun_library PRIVATE ${WRUN_FFI_LIBRARY} ${CMAKE_DL_LIBS})
    target_link_libraries(wrun_internal PUBLIC wrun_ffi)
  endif()
else()
  target_compile_definitions(wrun_library PUBLIC WRUN_STATIC)
  target_link_libraries(wrun_library PRIVATE
    $<BUILD_INTERFACE:wrun_zlib> $<INSTALL_INTERFACE:ZLIB::ZLIB> Threads::Threads)
  if(TARGET wrun_ffi)
    target_link_libraries(wrun_library PRIVATE
      $<BUILD_INTERFACE:wrun_ffi> $<INSTALL_INTERFACE:ffi> ${CMAKE_DL_LIBS})
  endif()
  add_library(wrun_internal INTERFACE)
  target_link_libraries(wrun_internal INTERFACE wrun_library)
endif()
target_link_libraries(wrun_internal INTERFACE wrun_options)
# What uses wrun_internal prints by fmt.
if(TARGET wrun_fmt)
  target_sources(wrun_internal INTERFACE $<TARGET_OBJECTS:wrun_fmt>)
endif()
target_link_libraries(wrun_library PRIVATE ${WRUN_ATOMIC_LIBRARY})
target_link_libraries(wrun_internal INTERFACE ${WRUN_ATOMIC_LIBRARY})
