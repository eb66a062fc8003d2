"""wrun for Conan 2: `conan create packaging/conan`, in a checkout of wrun."""

from os.path import join

from conan import ConanFile
from conan.errors import ConanInvalidConfiguration
from conan.tools.build import check_min_cppstd
from conan.tools.cmake import CMake, CMakeDeps, CMakeToolchain, cmake_layout
from conan.tools.files import copy

required_conan_version = ">=2.0"


class WrunConan(ConanFile):
    name = "wrun"
    version = "0.1.0"
    description = "An embeddable WebAssembly runtime"
    license = "Apache-2.0 WITH LLVM-exception"
    topics = ("webassembly", "wasm", "wasi", "runtime", "interpreter", "jit")
    package_type = "library"
    settings = "os", "arch", "compiler", "build_type"
    options = {
        "shared": [True, False],
        "fPIC": [True, False],
        "wasi": [True, False],
        "jit": [True, False],
        "native": [True, False],
    }
    default_options = {"shared": False, "fPIC": True, "wasi": True, "jit": True, "native": True}

    def export_sources(self):
        root = join(self.recipe_folder, "..", "..")
        for pattern in ("CMakeLists.txt", "LICENSE", "cmake/*", "include/*", "lib/*", "jit/*",
                        "wasi/*"):
            copy(self, pattern, root, self.export_sources_folder)

    def config_options(self):
        if self.settings.arch != "x86_64":
            del self.options.jit

    def configure(self):
        if self.options.shared:
            self.options.rm_safe("fPIC")

    def validate(self):
        check_min_cppstd(self, 20)
        if self.settings.os != "Linux":
            raise ConanInvalidConfiguration("wrun runs on Linux")

    def layout(self):
        cmake_layout(self)

    def requirements(self):
        self.requires("zlib/[>=1.2.11 <2]")
        if self.options.native:
            self.requires("libffi/3.4.4")
        if self.options.get_safe("jit"):
            self.requires("xbyak/[>=6.60]", visible=False)

    def build_requirements(self):
        self.tool_requires("cmake/[>=3.25 <4]")

    def generate(self):
        CMakeDeps(self).generate()
        toolchain = CMakeToolchain(self)
        toolchain.cache_variables["WRUN_WASI"] = bool(self.options.wasi)
        toolchain.cache_variables["WRUN_JIT"] = bool(self.options.get_safe("jit", False))
        toolchain.cache_variables["WRUN_NATIVE"] = bool(self.options.native)
        for part in ("TOOLS", "TESTS", "BENCH", "EXAMPLES"):
            toolchain.cache_variables[f"WRUN_BUILD_{part}"] = False
        toolchain.cache_variables["WRUN_PACKAGES"] = False
        toolchain.generate()

    def build(self):
        cmake = CMake(self)
        cmake.configure()
        cmake.build()

    def package(self):
        copy(self, "LICENSE", self.source_folder, join(self.package_folder, "licenses"))
        CMake(self).install()

    def package_info(self):
        self.cpp_info.set_property("cmake_file_name", "wrun")
        self.cpp_info.set_property("cmake_target_name", "wrun::wrun")
        self.cpp_info.set_property("pkg_config_name", "wrun")
        self.cpp_info.libs = ["wrun"]
        self.cpp_info.system_libs = ["pthread", "dl", "m"]
        if not self.options.shared:
            self.cpp_info.defines = ["WRUN_STATIC"]
