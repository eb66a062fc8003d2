#!/usr/bin/env python3
"""README.md's table of CMake options has those of cmake/options.cmake, with their defaults."""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
DEFAULTS = {"ON": "on", "OFF": "off", "${PROJECT_IS_TOP_LEVEL}": "on at top level",
            "${for_speed}": "on except in MinSizeRel", '""': "none"}


def documented():
    """{option: default}; `_TESTS` behind `WRUN_BUILD_TOOLS` is short for `WRUN_BUILD_TESTS`."""
    found = {}
    table = (ROOT / "README.md").read_text().split("| CMake option |")[1].split("\n\n")[0]
    for row in table.splitlines()[2:]:
        names, default, _ = (cell.strip() for cell in row.strip("|").split("|", 2))
        names = [name.strip("`") for name in names.split(", ")]
        names = [names[0].rpartition("_")[0] + name if name[0] == "_" else name for name in names]
        defaults = default.split(", ") * (1 if ", " in default else len(names))
        found.update(zip(names, defaults))
    return found


def declared():
    text = (ROOT / "cmake" / "options.cmake").read_text()
    found = re.findall(r'^(?:option|set)\((\w+) (?:".*" (\S+)\)|(""))', text, re.MULTILINE)
    return {name: DEFAULTS[default or empty] for name, default, empty in found}


if __name__ == "__main__":
    wanted, has = declared(), documented()
    wrong = [f"{name}: {wanted.get(name)} in options.cmake, {has.get(name)} in README.md"
             for name in sorted(wanted.keys() | has.keys()) if wanted.get(name) != has.get(name)]
    print("\n".join(wrong) or f"{len(wanted)} options")
    sys.exit(1 if wrong else 0)
