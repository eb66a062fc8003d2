#!/usr/bin/env python3
"""Checks the recipes in packaging/ without the programs that they are for: that they are well-formed,
that they agree with CMakeLists.txt on the version, and that every CMake option and every path that
they name exists. Where there is a conan, it reads its recipe, too."""

import json
import pathlib
import re
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
CONAN = ROOT / "packaging" / "conan" / "conanfile.py"
PORT = ROOT / "packaging" / "vcpkg" / "wrun"


def problems():
    version = re.search(r"VERSION (\S+)", (ROOT / "CMakeLists.txt").read_text().split("project(")[1])[1]
    recipe = CONAN.read_text()
    compile(recipe, str(CONAN), "exec")
    manifest = json.loads((PORT / "vcpkg.json").read_text())
    portfile = (PORT / "portfile.cmake").read_text()
    if f'version = "{version}"' not in recipe:
        yield f"conanfile.py has another version than {version}"
    if manifest["version-semver"] != version:
        yield f"vcpkg.json has another version than {version}"

    options = set(re.findall(r"option\((\w+)", (ROOT / "cmake" / "options.cmake").read_text()))
    named = set(re.findall(r"\bWRUN_[A-Z_]+\b", recipe + portfile)) - {"WRUN_STATIC", "WRUN_SHARED",
                                                                      "WRUN_BUILD_"}
    named |= {f"WRUN_BUILD_{part}" for part in ("TOOLS", "TESTS", "BENCH", "EXAMPLES")}
    for option in sorted(named - options):
        yield f"there is no option {option}"
    exported = re.search(r"for pattern in \((.*?)\)", recipe, re.DOTALL)[1]
    for pattern in re.findall(r'"([^"]+)"', exported):
        if not list(ROOT.glob(pattern)):
            yield f"conanfile.py exports {pattern}, and there is none"
    for feature in set(re.findall(r"^    (\w+) WRUN_\w+", portfile, re.MULTILINE)):
        if feature not in manifest["features"]:
            yield f"portfile.cmake has the feature {feature}, and vcpkg.json hasn't"
    if shutil.which("conan"):
        read = subprocess.run(["conan", "inspect", str(CONAN)], capture_output=True, text=True)
        if read.returncode:
            yield f"conan can't read its recipe: {read.stderr}"
    else:
        print("conan isn't here; its recipe was only compiled")


if __name__ == "__main__":
    found = list(problems())
    print("\n".join(found))
    sys.exit(1 if found else 0)
