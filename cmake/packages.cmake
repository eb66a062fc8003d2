# Debian packages: `cpack` in a build with BUILD_SHARED_LIBS and the prefix /usr, such as the preset
# `packages` is. The library, what is needed to build against it, and the command.
set(WRUN_PACKAGE_CONTACT "wrun maintainers <wrun@users.noreply.github.com>"
  CACHE STRING "The maintainer that packages name")

set(library_package libwrun${PROJECT_VERSION_MAJOR})
set(development_package libwrun-dev)
set(command_package wrun)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME wrun)
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_PACKAGE_CONTACT ${WRUN_PACKAGE_CONTACT})
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "embeddable WebAssembly runtime")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_VERBATIM_VARIABLES ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
  OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_COMPONENTS_GROUPING IGNORE)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_ENABLE_COMPONENT_DEPENDS ON)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)

set(components library development)
if(TARGET wrun)
  list(APPEND components command)
endif()
set(CPACK_COMPONENTS_ALL ${components})
set(CPACK_DEBIAN_LIBRARY_PACKAGE_NAME ${library_package})
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_NAME ${development_package})
set(CPACK_DEBIAN_COMMAND_PACKAGE_NAME ${command_package})

set(CPACK_COMPONENT_DEVELOPMENT_DEPENDS library)
set(CPACK_DEBIAN_LIBRARY_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_COMMAND_PACKAGE_SHLIBDEPS ON)
# What `wrun print --asm` loads.
set(CPACK_DEBIAN_COMMAND_PACKAGE_SUGGESTS libzydis4.0)
set(CPACK_DEBIAN_LIBRARY_PACKAGE_SECTION libs)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_COMMAND_PACKAGE_SECTION utils)
set(CPACK_COMPONENT_LIBRARY_DESCRIPTION
  "Runs WebAssembly modules inside of programs, which grant them what they may\nuse and limit it.")
set(CPACK_COMPONENT_DEVELOPMENT_DESCRIPTION
  "Headers for C++ and C, and what CMake and pkg-config need to find the\nlibrary.")
set(CPACK_COMPONENT_COMMAND_DESCRIPTION
  "The command: runs programs that were compiled to WebAssembly and its system\ninterface WASI. They are granted nothing that isn't asked for.")

# Which package a program needs that is linked to the library, and that the linker has to be told.
# CPack could write the former, but then calls ldconfig from scripts.
file(CONFIGURE OUTPUT debian/shlibs CONTENT
  "libwrun ${PROJECT_VERSION_MAJOR} ${library_package} (>= ${PROJECT_VERSION})\n")
file(CONFIGURE OUTPUT debian/triggers CONTENT "activate-noawait ldconfig\n")
set(CPACK_DEBIAN_LIBRARY_PACKAGE_CONTROL_EXTRA
  ${PROJECT_BINARY_DIR}/debian/shlibs ${PROJECT_BINARY_DIR}/debian/triggers)

# What Debian wants to find in each package's folder of documentation. Nobody else does.
find_program(WRUN_GZIP gzip)
mark_as_advanced(WRUN_GZIP)
if(WRUN_GZIP)
  string(TIMESTAMP changelog_date "%a, %d %b %Y %H:%M:%S +0000" UTC)
  configure_file(cmake/debian_changelog.in debian/changelog @ONLY)
  execute_process(COMMAND ${WRUN_GZIP} -9nf ${PROJECT_BINARY_DIR}/debian/changelog
    COMMAND_ERROR_IS_FATAL ANY)
  foreach(component IN LISTS components)
    set(documentation ${CMAKE_INSTALL_DATADIR}/doc/${${component}_package})
    install(FILES ${PROJECT_BINARY_DIR}/debian/changelog.gz
      DESTINATION ${documentation} COMPONENT ${component} EXCLUDE_FROM_ALL)
    install(FILES ${PROJECT_SOURCE_DIR}/cmake/debian_copyright RENAME copyright
      DESTINATION ${documentation} COMPONENT ${component} EXCLUDE_FROM_ALL)
  endforeach()
endif()
include(CPack)
