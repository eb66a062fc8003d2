# An overlay port, for a checkout of wrun: vcpkg install wrun --overlay-ports=packaging/vcpkg
get_filename_component(SOURCE_PATH "${CMAKE_CURRENT_LIST_DIR}/../../.." ABSOLUTE)

string(COMPARE EQUAL "${VCPKG_LIBRARY_LINKAGE}" "dynamic" WRUN_SHARED)
vcpkg_check_features(OUT_FEATURE_OPTIONS FEATURE_OPTIONS
  FEATURES
    jit WRUN_JIT
    native WRUN_NATIVE
    wasi WRUN_WASI)

vcpkg_cmake_configure(
  SOURCE_PATH "${SOURCE_PATH}"
  OPTIONS
    ${FEATURE_OPTIONS}
    -DBUILD_SHARED_LIBS=${WRUN_SHARED}
    -DWRUN_BUILD_TOOLS=OFF
    -DWRUN_BUILD_TESTS=OFF
    -DWRUN_BUILD_BENCH=OFF
    -DWRUN_BUILD_EXAMPLES=OFF
    -DWRUN_PACKAGES=OFF)
vcpkg_cmake_install()
vcpkg_cmake_config_fixup(CONFIG_PATH lib/cmake/wrun)
vcpkg_fixup_pkgconfig()
file(REMOVE_RECURSE "${CURRENT_PACKAGES_DIR}/debug/include")
vcpkg_install_copyright(FILE_LIST "${SOURCE_PATH}/LICENSE")
