include(CMakePackageConfigHelpers)

# Components are what packages.cmake makes packages of.
install(TARGETS wrun_library EXPORT wrunTargets
  LIBRARY COMPONENT library NAMELINK_COMPONENT development
  ARCHIVE COMPONENT development)
install(DIRECTORY include/ DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT development)
if(TARGET wrun)
  install(TARGETS wrun RUNTIME COMPONENT command)
endif()

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/wrun)
install(EXPORT wrunTargets NAMESPACE wrun:: DESTINATION ${package_dir} COMPONENT development)
configure_package_config_file(cmake/wrunConfig.cmake.in wrunConfig.cmake
  INSTALL_DESTINATION ${package_dir})
write_basic_package_version_file(wrunConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES
  ${PROJECT_BINARY_DIR}/wrunConfig.cmake ${PROJECT_BINARY_DIR}/wrunConfigVersion.cmake
  DESTINATION ${package_dir} COMPONENT development)

# A static library's users link what it stands on, C programs the C++ library too; a shared one's
# don't.
if(BUILD_SHARED_LIBS)
  set(pc_cflags "")
  set(pc_libs "")
else()
  set(pc_cflags " -DWRUN_STATIC")
  set(pc_libs " -lz -pthread")
  if(TARGET wrun_ffi)
    string(APPEND pc_libs " -lffi")
  endif()
  if(WRUN_ATOMIC_LIBRARY)
    string(APPEND pc_libs " -l${WRUN_ATOMIC_LIBRARY}")
  endif()
  string(APPEND pc_libs " -lstdc++ -lm")
endif()
cmake_path(RELATIVE_PATH CMAKE_INSTALL_FULL_LIBDIR
  BASE_DIRECTORY ${CMAKE_INSTALL_PREFIX} OUTPUT_VARIABLE pc_libdir)
cmake_path(RELATIVE_PATH CMAKE_INSTALL_PREFIX
  BASE_DIRECTORY ${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig OUTPUT_VARIABLE pc_prefix)
configure_file(cmake/wrun.pc.in wrun.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/wrun.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig
  COMPONENT development)
